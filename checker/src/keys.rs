//! The keys: what the terminal sends for each, and what each does. The help is made from the same table.

/// One key, as it was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
}

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Next,
    Previous,
    Hint,
    Timeline,
    Solution,
    Brief,
    List,
    RunAgain,
    Edit,
    Reset,
    Copy,
    Search,
    /// The n-th diagnostic or failed test, from 1.
    Jump(usize),
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    NextMatch,
    PreviousMatch,
    Open,
    /// Which exercises the list shows.
    Filter,
    Back,
    Keys,
    Quit,
}

/// Where a key is worth a place in the line at the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Exercise,
    List,
    /// Only in the help.
    Help,
}

use Place::{Exercise, Help, List};

/// Keys, what they do, that in a word for the line at the bottom, and in some more for the help. In the order of
/// the line: what does not fit falls off its end.
const KEYS: &[(&[Key], Action, &str, &str, Place)] = &[
    (&[Key::Char('n')], Action::Next, "next", "the next exercise; only when this one passes", Exercise),
    (&[Key::Char('h')], Action::Hint, "hint", "one level more of the hint", Exercise),
    (&[Key::Char('t')], Action::Timeline, "timeline", "the interleaving that fails, on the whole screen", Exercise),
    (&[Key::Char('b')], Action::Brief, "brief", "what the exercise asks for", Exercise),
    (&[Key::Char('q')], Action::Quit, "quit", "quit; Ctrl-C does so as well", Exercise),
    (&[Key::Char('?')], Action::Keys, "keys", "all keys", Exercise),
    (&[Key::Char('s')], Action::Solution, "solution", "the explanation, and how your code differs", Exercise),
    (&[Key::Char('l')], Action::List, "list", "all exercises", Exercise),
    (&[Key::Char('e')], Action::Edit, "edit", "open the file in $VISUAL or $EDITOR", Exercise),
    (&[Key::Char('r')], Action::RunAgain, "run again", "check again without a save", Exercise),
    (&[Key::Char('p')], Action::Previous, "previous", "the exercise before", Exercise),
    (&[Key::Char('/')], Action::Search, "search", "search in what is shown; Tab and Shift-Tab go through it", Exercise),
    (&[Key::Char('x')], Action::Reset, "reset", "bring the starter back; asks, and keeps a backup", Exercise),
    (&[Key::Char('y')], Action::Copy, "copy", "copy the path, or in the timeline the replay command", Exercise),
    (&[Key::Enter], Action::Open, "go there", "in the list: go to the exercise", List),
    (&[Key::Char('f')], Action::Filter, "filter", "in the list: all, pending or done", List),
    (&[Key::Esc, Key::Backspace], Action::Back, "back", "back to the result", List),
    (&[Key::Up, Key::Char('k')], Action::Up, "up", "one line up", Help),
    (&[Key::Down, Key::Char('j')], Action::Down, "down", "one line down", Help),
    (&[Key::PageUp], Action::PageUp, "page up", "one page up", Help),
    (&[Key::PageDown, Key::Char(' ')], Action::PageDown, "page down", "one page down", Help),
    (&[Key::Home, Key::Char('g')], Action::Top, "top", "to the beginning", Help),
    (&[Key::End, Key::Char('G')], Action::Bottom, "end", "to the end", Help),
    (&[Key::Tab], Action::NextMatch, "next match", "the next place that was found", Help),
    (&[Key::BackTab], Action::PreviousMatch, "previous match", "the one before", Help),
];

/// What `key` stands for.
pub fn action(key: Key) -> Option<Action> {
    if let Key::Char(c @ '1'..='9') = key {
        return c.to_digit(10).map(|n| Action::Jump(n as usize));
    }
    KEYS.iter().find(|(keys, ..)| keys.contains(&key)).map(|(_, action, ..)| *action)
}

/// The keys of the line at the bottom, the most important first: `("n", "next")`.
pub fn line(place: Place) -> impl Iterator<Item = (String, &'static str)> {
    let shared = move |action: Action| place == List && matches!(action, Action::Search | Action::Quit | Action::Keys);
    let own = KEYS.iter().filter(move |(.., there)| *there == place);
    let rest = KEYS.iter().filter(move |(_, action, ..)| shared(*action));
    own.chain(rest).map(|(keys, _, word, ..)| (name(keys[0]), *word))
}

/// All keys in one line: `n next · h hint · …`
pub fn help() -> String {
    line(Exercise).map(|(key, word)| format!("{key} {word}")).collect::<Vec<_>>().join(" · ")
}

/// All keys, each with what it does.
pub fn all() -> Vec<(String, &'static str)> {
    let names = |keys: &[Key]| keys.iter().map(|key| name(*key)).collect::<Vec<_>>().join(" or ");
    let mut all: Vec<_> = KEYS.iter().map(|(keys, _, _, words, _)| (names(keys), *words)).collect();
    all.push(("1 to 9".to_owned(), "to the n-th error or failed test"));
    all
}

fn name(key: Key) -> String {
    match key {
        Key::Char(' ') => "Space".to_owned(),
        Key::Char(c) => c.to_string(),
        Key::Up => "↑".to_owned(),
        Key::Down => "↓".to_owned(),
        Key::PageUp => "PgUp".to_owned(),
        Key::PageDown => "PgDn".to_owned(),
        Key::BackTab => "Shift-Tab".to_owned(),
        key => format!("{key:?}"),
    }
}

/// Makes keys of the bytes that a terminal sends, in whatever pieces they come.
#[derive(Debug, Default)]
pub struct Decoder(Vec<u8>);

impl Decoder {
    /// The keys that `bytes` complete. What is not understood is no key.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Key> {
        self.0.extend_from_slice(bytes);
        let mut keys = Vec::new();
        loop {
            let (key, used) = match first(&self.0) {
                First::Key(key, used) => (key, used),
                First::Incomplete => return keys,
            };
            self.0.drain(..used);
            keys.extend(key);
        }
    }

    /// Whether the rest could be the beginning of a key, or the key Esc.
    pub fn is_waiting(&self) -> bool {
        !self.0.is_empty()
    }

    /// To be called when nothing more came for a moment: Esc was only Esc.
    pub fn finish(&mut self) -> Option<Key> {
        let was_escape = self.0 == [0x1b];
        self.0.clear();
        was_escape.then_some(Key::Esc)
    }
}

enum First {
    Key(Option<Key>, usize),
    Incomplete,
}

/// The first key in `bytes`.
fn first(bytes: &[u8]) -> First {
    match bytes {
        [] | [0x1b] => First::Incomplete,
        [0x1b, b'[' | b'O', rest @ ..] => match rest.iter().position(|byte| (0x40..=0x7e).contains(byte)) {
            Some(end) => First::Key(sequence(&rest[..end], rest[end]), end + 3),
            // No terminal sends anything as long as this.
            None if rest.len() > 32 => First::Key(None, bytes.len()),
            None => First::Incomplete,
        },
        // Together with another key, which may only have followed soon.
        [0x1b, ..] => First::Key(Some(Key::Esc), 1),
        [b'\r' | b'\n', ..] => First::Key(Some(Key::Enter), 1),
        [b'\t', ..] => First::Key(Some(Key::Tab), 1),
        [0x08 | 0x7f, ..] => First::Key(Some(Key::Backspace), 1),
        [0..0x20, ..] => First::Key(None, 1),
        [byte, ..] => {
            let length = match byte {
                0xf0..=0xf7 => 4,
                0xe0..=0xef => 3,
                0xc0..=0xdf => 2,
                _ => 1,
            };
            match bytes.get(..length).map(std::str::from_utf8) {
                Some(Ok(text)) => First::Key(text.chars().next().filter(|c| !c.is_control()).map(Key::Char), length),
                Some(Err(_)) => First::Key(None, 1),
                None => First::Incomplete,
            }
        }
    }
}

fn sequence(parameters: &[u8], end: u8) -> Option<Key> {
    match (parameters, end) {
        (_, b'A') => Some(Key::Up),
        (_, b'B') => Some(Key::Down),
        (_, b'C') => Some(Key::Right),
        (_, b'D') => Some(Key::Left),
        (_, b'H') | (b"1" | b"7", b'~') => Some(Key::Home),
        (_, b'F') | (b"4" | b"8", b'~') => Some(Key::End),
        (_, b'Z') => Some(Key::BackTab),
        (_, b'M') => Some(Key::Enter),
        (b"5", b'~') => Some(Key::PageUp),
        (b"6", b'~') => Some(Key::PageDown),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_stands_for_two_things() {
        let keys: Vec<Key> = KEYS.iter().flat_map(|(keys, ..)| keys.iter().copied()).collect();
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[at + 1..].contains(key), "{key:?}");
            assert!(!matches!(key, Key::Char('1'..='9')), "{key:?}");
        }
        assert_eq!(action(Key::Char('q')), Some(Action::Quit));
        assert_eq!(action(Key::Char('3')), Some(Action::Jump(3)));
        assert_eq!(action(Key::Char('z')), None);
        assert!(help().starts_with("n next · h hint"));
        assert_eq!(all().len(), KEYS.len() + 1);
    }

    #[test]
    fn keys_are_the_same_however_their_bytes_arrive() {
        let bytes = b"n\x1br\x1b[A\x1b[5~\x1bOH\x1b[Z\r\x7f\xc3\xa9\xe6\x97\xa5\x1b[1;5B\x1b[200~q".as_slice();
        let whole = Decoder::default().push(bytes);
        let expected = [
            Key::Char('n'),
            Key::Esc,
            Key::Char('r'),
            Key::Up,
            Key::PageUp,
            Key::Home,
            Key::BackTab,
            Key::Enter,
            Key::Backspace,
            Key::Char('é'),
            Key::Char('日'),
            Key::Down,
            Key::Char('q'),
        ];
        assert_eq!(whole, expected);
        let mut decoder = Decoder::default();
        let one_by_one: Vec<Key> = bytes.iter().flat_map(|byte| decoder.push(&[*byte])).collect();
        assert_eq!(one_by_one, expected);
        assert!(!decoder.is_waiting());
    }

    #[test]
    fn escape_alone_is_a_key_once_nothing_follows() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.push(b"\x1b"), []);
        assert!(decoder.is_waiting());
        assert_eq!(decoder.finish(), Some(Key::Esc));
        assert_eq!(decoder.push(b"\x1b[12"), []);
        assert_eq!(decoder.finish(), None, "half a sequence is no key");
        assert_eq!(decoder.push(b"q"), [Key::Char('q')]);
    }

    /// Would catch: a decoder that keeps bytes for ever, or loses its place.
    #[test]
    fn no_bytes_can_confuse_it_for_long() {
        let mut random = 7_u32;
        let mut decoder = Decoder::default();
        for _ in 0..20_000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let _ = decoder.push(&[(random >> 24) as u8]);
            assert!(decoder.0.len() < 40);
        }
        let _ = decoder.finish();
        assert_eq!(decoder.push(b"q"), [Key::Char('q')]);
    }
}
