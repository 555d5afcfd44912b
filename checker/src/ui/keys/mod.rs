//! The keys and their actions. The help is generated from the same table.

#[cfg(unix)]
pub use self::decoder::Decoder;

// On other systems, keys do not arrive as bytes.
#[cfg(unix)]
mod decoder;

/// A key as it was pressed.
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

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Next,
    Previous,
    Hint,
    Timeline,
    Solution,
    Brief,
    Lesson,
    Glossary,
    /// Steps through the interleaving.
    Step,
    /// Opens the interleaving as a page.
    Page,
    PreviousFailure,
    NextFailure,
    /// Whether the next exercise opens by itself.
    Advance,
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
    /// Changes which exercises the list shows.
    Filter,
    Back,
    Keys,
    Quit,
}

/// Where a key is listed in the line at the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Exercise,
    List,
    /// Only in the help.
    Help,
}

use Place::{Exercise, Help, List};

/// Keys, their action, its label in the line at the bottom, and its description in the help. In the order of the line:
/// the last keys are left out if there is too little room.
const KEYS: &[(&[Key], Action, &str, &str, Place)] = &[
    (&[Key::Char('n')], Action::Next, "next", "the next exercise; only when this one passes", Exercise),
    (&[Key::Char('h')], Action::Hint, "hint", "one level more of the hint", Exercise),
    (&[Key::Char('t')], Action::Timeline, "timeline", "the interleaving that fails, on the whole screen", Exercise),
    (&[Key::Char('b')], Action::Brief, "brief", "what the exercise asks for", Exercise),
    (&[Key::Char('L')], Action::Lesson, "lesson", "the chapter's lesson", Help),
    (&[Key::Char('g')], Action::Glossary, "glossary", "the glossary: words of the brief and the lesson", Help),
    (&[Key::Char('q')], Action::Quit, "quit", "quit; Ctrl-C does so as well", Exercise),
    (&[Key::Char('?')], Action::Keys, "keys", "all keys", Exercise),
    (&[Key::Char('s')], Action::Solution, "solution", "the explanation, and how your code differs", Exercise),
    (&[Key::Char('l')], Action::List, "list", "all exercises", Exercise),
    (&[Key::Char('e')], Action::Edit, "edit", "open your editor: $VISUAL, $EDITOR, or git's", Exercise),
    (&[Key::Char('r')], Action::RunAgain, "run again", "check again without a save", Exercise),
    (&[Key::Char('p')], Action::Previous, "previous", "the exercise before", Exercise),
    (&[Key::Char('/')], Action::Search, "search", "search in what is shown; Tab and Shift-Tab go through it", Exercise),
    (&[Key::Char('x')], Action::Reset, "reset", "bring the starter back; asks, and keeps a backup", Exercise),
    (&[Key::Char('T')], Action::Step, "step", "go through that interleaving, and choose who goes on", Help),
    (&[Key::Char('o')], Action::Page, "page", "play the scheduler of that test, in the browser", Help),
    (&[Key::Char('[')], Action::PreviousFailure, "other test", "the timeline of the failed test before", Help),
    (&[Key::Char(']')], Action::NextFailure, "other test", "the timeline of the failed test after", Help),
    (&[Key::Char('A')], Action::Advance, "advance", "open the next exercise after a pass: by itself, or not", Help),
    (&[Key::Char('y')], Action::Copy, "copy", "copy the path, or in the timeline the replay command", Exercise),
    (&[Key::Enter], Action::Open, "go there", "in the list: go to the exercise", List),
    (&[Key::Char('f')], Action::Filter, "filter", "in the list: all, pending or done", List),
    (&[Key::Esc, Key::Backspace], Action::Back, "back", "back to the result", List),
    (&[Key::Up, Key::Char('k')], Action::Up, "up", "one line up", Help),
    (&[Key::Down, Key::Char('j')], Action::Down, "down", "one line down", Help),
    (&[Key::PageUp], Action::PageUp, "page up", "one page up", Help),
    (&[Key::PageDown, Key::Char(' ')], Action::PageDown, "page down", "one page down", Help),
    (&[Key::Home], Action::Top, "top", "to the beginning", Help),
    (&[Key::End], Action::Bottom, "end", "to the end", Help),
    (&[Key::Tab], Action::NextMatch, "next match", "the next place that was found", Help),
    (&[Key::BackTab], Action::PreviousMatch, "previous match", "the one before", Help),
];

/// The action of `key`.
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

/// All keys with their descriptions.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_actions() {
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
}
