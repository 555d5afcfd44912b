//! A part of the work, for one of several machines.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Shard `number` of `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// From 1.
    pub number: usize,
    pub of: usize,
}

/// More machines would have nothing to do.
const MOST: usize = 1000;

impl Shard {
    /// All of the work.
    pub const ALL: Shard = Shard { number: 1, of: 1 };

    /// Whether the piece of work `at` belongs to this shard. Neighbours, which are about as much work, go to different
    /// shards.
    pub fn has(self, at: usize) -> bool {
        at % self.of == self.number - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) && of <= MOST => Ok(Shard { number, of }),
            _ => Err(format!("write K/N with K from 1 to N and N at most {MOST}, such as 1/4")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_of_work_belongs_to_exactly_one_shard() {
        for of in 1..6 {
            let shards: Vec<Shard> = (1..=of).map(|number| format!("{number}/{of}").parse().unwrap()).collect();
            for at in 0..20 {
                assert_eq!(shards.iter().filter(|shard| shard.has(at)).count(), 1, "{at} of {of}");
            }
        }
        for wrong in ["0/4", "5/4", "1", "a/b", "1/0", "1/1001", "-1/4"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
