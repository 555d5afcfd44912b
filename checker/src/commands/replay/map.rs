//! `checker replay --map`: every interleaving of a test at once.

use anyhow::Result;
use serde_json::json;
use trace::map::Map;

use super::{Args, write_pages};
use crate::course::exercise::Exercise;
use crate::error::{COMMAND, Exit, UserError};
use crate::runner::replayer::Replayer;
use crate::session::{self, Session};
use crate::ui::text::style::Text;
use crate::ui::view::map;

/// Shows the map of the test `wanted`, or of all tests that have one.
pub fn execute(
    session: &Session,
    exercise: &Exercise,
    replayer: &mut Replayer<'_>,
    wanted: Option<&str>,
    args: &Args,
) -> Result<Exit> {
    let names = wanted.map_or_else(|| replayer.names(), |name| vec![name.to_owned()]);
    let mut maps: Vec<(String, Map)> = Vec::new();
    for name in names {
        replayer.select(&name);
        if let Some(map) = replayer.map()? {
            maps.push((name, map));
        }
        if session.stop.is_stopped() {
            return Ok(Exit::Interrupted);
        }
    }
    if maps.is_empty() {
        let what = match wanted {
            Some(name) => format!(
                "`{name}` has no map: it runs on real threads only, or depends on more than the order of its steps"
            ),
            None => format!("no test of `{}` has a map", exercise.name),
        };
        let help = format!("its verdict: {COMMAND} run {}", exercise.name);
        return Err(UserError::new(what, help).into());
    }
    let fails = maps.iter().any(|(_, map)| map.ends().any(|end| map.failure(end).is_some()));
    if args.html.is_some() {
        let [(name, map)] = maps.as_slice() else {
            let what = "a page shows one test, and several have a map";
            return Err(UserError::new(what, "choose one with `--test NAME`").into());
        };
        let failed = map.ends().find_map(|end| Some((map.failure(end)?, map.trace(end))));
        write_pages(session, &format!("{} · {name}", exercise.name), failed, Some(map), args)?;
    } else if args.json {
        let maps: Vec<_> = maps.iter().map(|(name, map)| json!({ "test": name, "map": map })).collect();
        session::print_json(&json!({ "schema": 1, "exercise": exercise.name, "maps": maps }))?;
    } else {
        let mut text = Text::new();
        for (index, (name, map)) in maps.iter().enumerate() {
            if index > 0 {
                text.blank();
            }
            text.append(map::text(&format!("{} · {name}", exercise.name), map, session.printer.width));
        }
        session.printer.print(&text)?;
    }
    Ok(Exit::passes_if(!fails))
}
