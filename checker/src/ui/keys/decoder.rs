//! Decodes the bytes that a terminal sends into keys, however the bytes are split.

use super::Key;

/// The part of a key sequence read so far.
#[derive(Debug, Default)]
pub struct Decoder(Vec<u8>);

impl Decoder {
    /// The keys that `bytes` complete. Unknown sequences are dropped.
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

    /// Whether the remaining bytes may be the beginning of a key sequence or just Esc.
    pub fn is_waiting(&self) -> bool {
        !self.0.is_empty()
    }

    /// Call this when nothing more has arrived for a moment: a single Esc byte is then the key Esc.
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
            // No key sequence is as long as this.
            None if rest.len() > 32 => First::Key(None, bytes.len()),
            None => First::Incomplete,
        },
        // Followed directly by another key, so that Esc was a key of its own.
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

    /// Would catch: a decoder that keeps bytes for ever, or never recovers.
    #[test]
    fn the_decoder_recovers_from_any_bytes() {
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
