//! What a task did, as the last fields of a line.

use super::fields::number;
use crate::{Action, Mode};

pub(super) fn fields(action: &Action) -> Vec<String> {
    let with = |name: &str, rest: &[&dyn std::fmt::Display]| {
        std::iter::once(name.to_owned()).chain(rest.iter().map(|field| field.to_string())).collect()
    };
    match action {
        Action::Spawns { child } => with("spawns", &[child]),
        Action::Waits { object, mode } => with("waits", &[object, &mode.name()]),
        Action::GivesUp { object } => with("gives-up", &[object]),
        Action::Acquires { object, mode } => with("acquires", &[object, &mode.name()]),
        Action::Releases { object, mode } => with("releases", &[object, &mode.name()]),
        Action::Refused { object, mode } => with("refused", &[object, &mode.name()]),
        Action::Loads { object, value } => with("loads", &[object, value]),
        Action::Stores { object, value } => with("stores", &[object, value]),
        Action::Updates { object, old, new } => with("updates", &[object, old, new]),
        Action::Accesses { object } => with("accesses", &[object]),
        Action::Signals { object } => with("signals", &[object]),
        Action::Listens { object } => with("listens", &[object]),
        Action::Hears { object } => with("hears", &[object]),
        Action::Joins { other } => with("joins", &[other]),
        Action::Joined { other } => with("joined", &[other]),
        Action::Sleeps { until } => with("sleeps", &[until]),
        Action::Yields => with("yields", &[]),
        Action::Ends => with("ends", &[]),
        Action::Panics { message } => with("panics", &[message]),
    }
}

pub(super) fn read(fields: &[&str]) -> Option<Action> {
    Some(match *fields {
        ["spawns", child] => Action::Spawns { child: number(child)? },
        ["waits", object, mode] => Action::Waits { object: number(object)?, mode: Mode::from_name(mode)? },
        ["gives-up", object] => Action::GivesUp { object: number(object)? },
        ["acquires", object, mode] => Action::Acquires { object: number(object)?, mode: Mode::from_name(mode)? },
        ["releases", object, mode] => Action::Releases { object: number(object)?, mode: Mode::from_name(mode)? },
        ["refused", object, mode] => Action::Refused { object: number(object)?, mode: Mode::from_name(mode)? },
        ["loads", object, value] => Action::Loads { object: number(object)?, value: value.to_owned() },
        ["stores", object, value] => Action::Stores { object: number(object)?, value: value.to_owned() },
        ["updates", object, old, new] => {
            Action::Updates { object: number(object)?, old: old.to_owned(), new: new.to_owned() }
        }
        ["accesses", object] => Action::Accesses { object: number(object)? },
        ["signals", object] => Action::Signals { object: number(object)? },
        ["listens", object] => Action::Listens { object: number(object)? },
        ["hears", object] => Action::Hears { object: number(object)? },
        ["joins", other] => Action::Joins { other: number(other)? },
        ["joined", other] => Action::Joined { other: number(other)? },
        ["sleeps", until] => Action::Sleeps { until: until.to_owned() },
        ["yields"] => Action::Yields,
        ["ends"] => Action::Ends,
        ["panics", message] => Action::Panics { message: message.to_owned() },
        _ => return None,
    })
}
