//! The beginning and the end of a byte stream, in bounded memory.

use std::collections::VecDeque;

/// Keeps the first and the last `cap` bytes that are pushed, and counts the rest.
#[derive(Debug)]
pub struct HeadTail {
    cap: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    dropped: u64,
}

/// The bytes that were kept. If nothing was dropped, `tail` continues `head`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub head: Vec<u8>,
    pub tail: Vec<u8>,
    pub dropped: u64,
}

impl Kept {
    /// Both parts as text. Invalid UTF-8 is replaced.
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&[self.head.as_slice(), &self.tail].concat()).trim().to_owned()
    }
}

impl HeadTail {
    pub fn new(cap: usize) -> Self {
        Self { cap, head: Vec::new(), tail: VecDeque::new(), dropped: 0 }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        let to_head = bytes.len().min(self.cap - self.head.len());
        self.head.extend_from_slice(&bytes[..to_head]);
        let rest = &bytes[to_head..];
        // Only the last `cap` bytes can be kept.
        let hopeless = rest.len().saturating_sub(self.cap);
        let rest = &rest[hopeless..];
        let too_many = (self.tail.len() + rest.len()).saturating_sub(self.cap);
        self.tail.drain(..too_many);
        self.tail.extend(rest);
        self.dropped += (hopeless + too_many) as u64;
    }

    pub fn finish(self) -> Kept {
        let mut kept = Kept { head: self.head, tail: self.tail.into(), dropped: self.dropped };
        if kept.dropped == 0 {
            kept.head.append(&mut kept.tail);
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(cap: usize, pushes: &[&str]) -> (String, String, u64) {
        let mut output = HeadTail::new(cap);
        for push in pushes {
            output.push(push.as_bytes());
        }
        let kept = output.finish();
        (String::from_utf8(kept.head).unwrap(), String::from_utf8(kept.tail).unwrap(), kept.dropped)
    }

    #[test]
    fn nothing_is_lost_up_to_twice_the_cap() {
        assert_eq!(kept(4, &["ab", "cdef", "gh"]), ("abcdefgh".to_owned(), String::new(), 0));
    }

    #[test]
    fn beyond_that_the_middle_is_dropped_however_the_stream_is_split() {
        let whole = ("abcd".to_owned(), "wxyz".to_owned(), 18);
        let alphabet = "abcdefghijklmnopqrstuvwxyz";
        assert_eq!(kept(4, &[alphabet]), whole);
        for at in 1..25 {
            assert_eq!(kept(4, &[&alphabet[..at], &alphabet[at..]]), whole, "cut at {at}");
        }
        let letters: Vec<&str> = (0..26).map(|i| &alphabet[i..=i]).collect();
        assert_eq!(kept(4, &letters), whole);
    }
}
