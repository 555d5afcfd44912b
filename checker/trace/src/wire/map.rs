//! The lines of a map: its runs, each as a small report, then its nodes.

use super::choices::{read_choice, write_choice};
use super::fields::{Lines, number};
use super::{Part, write_ending};
use crate::map::{Extent, Map, Node, Way};

pub(super) fn write(out: &mut Lines, map: &Map) {
    out.line(&["map", map.extent.name()]);
    for run in &map.runs {
        out.line(&["run"]);
        write_ending(out, run);
    }
    for node in &map.nodes {
        let way = |way: &Way| {
            let to = way.to.map_or_else(String::new, |to| to.to_string());
            format!("{}>{to}", write_choice(way.choice))
        };
        let ways: Vec<String> = node.ways.iter().map(way).collect();
        out.line(&["node", &node.run.to_string(), &node.at.to_string(), &ways.join(",")]);
    }
}

/// A map being read.
#[derive(Debug, Default)]
pub(super) struct Reader {
    extent: Option<Extent>,
    runs: Vec<Part>,
    nodes: Vec<Node>,
}

impl Reader {
    /// Reads one line; `None` if it does not belong to a map.
    pub(super) fn take_in(&mut self, fields: &[&str]) -> Option<()> {
        match (fields, self.extent) {
            (["map", extent], None) => self.extent = Some(Extent::from_name(extent)?),
            (["run"], Some(_)) => self.runs.push(Part::default()),
            (["node", run, at, ways], Some(_)) => {
                let ways = ways.split(',').filter(|way| !way.is_empty()).map(read_way).collect::<Option<_>>()?;
                self.nodes.push(Node { run: number(run)?, at: number(at)?, ways });
            }
            (["passed", _], _) => return None,
            _ => self.runs.last_mut()?.take_in(fields)?,
        }
        Some(())
    }

    /// The map; `None` if there is none, or if it is inconsistent.
    pub(super) fn finish(self) -> Option<Map> {
        let map =
            Map { extent: self.extent?, runs: self.runs.into_iter().map(Part::finish).collect(), nodes: self.nodes };
        map.is_consistent().then_some(map)
    }
}

fn read_way(text: &str) -> Option<Way> {
    let (choice, to) = text.split_once('>')?;
    let to = if to.is_empty() { None } else { Some(number(to)?) };
    Some(Way { choice: read_choice(choice)?, to })
}
