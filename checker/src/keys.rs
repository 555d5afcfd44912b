//! Which key does what. The line of help is made from the same table.

use crate::app::Action;

/// A key, what it does, and that in a word.
const KEYS: [(char, Action, &str); 6] = [
    ('n', Action::Next, "next"),
    ('h', Action::Hint, "hint"),
    ('s', Action::Solution, "solution"),
    ('r', Action::RunAgain, "run again"),
    ('?', Action::Keys, "keys"),
    ('q', Action::Quit, "quit"),
];

/// What the byte that a key sends stands for.
pub fn action(byte: u8) -> Option<Action> {
    KEYS.iter().find(|(key, ..)| *key == char::from(byte)).map(|(_, action, _)| *action)
}

/// `n next · h hint · …`
pub fn help() -> String {
    KEYS.map(|(key, _, word)| format!("{key} {word}")).join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_stands_for_two_things() {
        let mut keys = KEYS.map(|(key, ..)| key);
        keys.sort_unstable();
        assert!(keys.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(action(b'q'), Some(Action::Quit));
        assert_eq!(action(b'z'), None);
        assert!(help().starts_with("n next · h hint"));
    }
}
