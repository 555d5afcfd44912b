//! How objects are called wherever they are shown.

/// A name as it is shown everywhere: `` `balance` ``. The name of a shard quotes that of its map already.
pub fn quoted_name(name: &str) -> String {
    if is_shard(name) { name.to_owned() } else { format!("`{name}`") }
}

/// The name of a shard of the map `map`: ``shard 1 of `rooms` ``.
pub fn shard_name(number: usize, map: &str) -> String {
    format!("shard {number} of `{map}`")
}

/// Whether [`shard_name`] made this name: those of fields and variables contain no quotes.
pub(crate) fn is_shard(name: &str) -> bool {
    name.contains('`')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch: `` `shard 1 of `rooms`` ``.
    #[test]
    fn a_shard_is_called_by_its_number_and_the_name_of_its_map() {
        assert_eq!(quoted_name("rooms"), "`rooms`");
        assert_eq!(quoted_name(&shard_name(1, "rooms")), "shard 1 of `rooms`");
    }
}
