//! Which function a line of source belongs to.
//!
//! A location names a file and a line, but no function, and a name in a backtrace costs debug information and says
//! `{{closure}}` for async code. The text says it as a reader would.

use std::iter::Peekable;
use std::str::Chars;

/// A function with a body, and its lines, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    name: String,
    first: u32,
    last: u32,
}

/// The innermost of `functions` that has this line.
pub(super) fn around(functions: &[Function], line: u32) -> Option<&str> {
    let around = functions.iter().filter(|function| (function.first..=function.last).contains(&line));
    around.min_by_key(|function| function.last - function.first).map(|function| function.name.as_str())
}

/// The functions in `text`.
pub(super) fn functions(text: &str) -> Vec<Function> {
    let mut found = Vec::new();
    // Each brace that is open, with the function whose body it opens.
    let mut open: Vec<Option<(String, u32)>> = Vec::new();
    let mut announced: Option<(String, u32)> = None;
    let (mut after_fn, mut brackets) = (false, 0);
    let mut tokens = Tokens { rest: text.chars().peekable(), line: 1 };
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(word) if after_fn => {
                announced = Some((word, tokens.line));
                brackets = 0;
            }
            Token::Sign('(' | '[') => brackets += 1,
            Token::Sign(')' | ']') => brackets -= 1,
            // A function without a body.
            Token::Sign(';') if brackets == 0 => announced = None,
            Token::Sign('{') => open.push(announced.take()),
            Token::Sign('}') => {
                if let Some(Some((name, first))) = open.pop() {
                    found.push(Function { name, first, last: tokens.line });
                }
            }
            Token::Word(ref word) if word == "fn" => {
                after_fn = true;
                continue;
            }
            Token::Word(_) | Token::Sign(_) => {}
        }
        after_fn = false;
    }
    found
}

enum Token {
    Word(String),
    Sign(char),
}

/// What is left of a text without its comments, strings and characters.
struct Tokens<'a> {
    rest: Peekable<Chars<'a>>,
    line: u32,
}

impl Tokens<'_> {
    fn next(&mut self) -> Option<Token> {
        loop {
            let c = self.bump()?;
            match c {
                '/' if self.rest.peek() == Some(&'/') => while self.bump().is_some_and(|c| c != '\n') {},
                '/' if self.rest.peek() == Some(&'*') => self.skip_comment(),
                '"' => self.skip_string(),
                '\'' => self.skip_character(),
                c if c.is_alphabetic() || c == '_' => {
                    let word = self.word(c);
                    let is_raw = matches!(word.as_str(), "r" | "br" | "cr");
                    if !is_raw || !self.skip_raw() {
                        return Some(Token::Word(word));
                    }
                }
                c if c.is_whitespace() => {}
                c => return Some(Token::Sign(c)),
            }
        }
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        self.line += u32::from(c == '\n');
        Some(c)
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.bump();
        }
    }

    fn word(&mut self, first: char) -> String {
        let mut word = String::from(first);
        while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
            word.push(c);
        }
        word
    }

    fn skip_comment(&mut self) {
        let (mut depth, mut last) = (0, '/');
        while let Some(c) = self.bump() {
            match (last, c) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    last = c;
                    continue;
                }
            }
            // Neither sign belongs to another pair.
            last = ' ';
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_string(&mut self) {
        while let Some(c) = self.bump() {
            match c {
                '\\' => self.skip(1),
                '"' => return,
                _ => {}
            }
        }
    }

    /// A character, or else the quote of a lifetime.
    fn skip_character(&mut self) {
        let mut ahead = self.rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('\\'), _) => {
                self.skip(2);
                while self.bump().is_some_and(|c| c != '\'') {}
            }
            (Some(_), Some('\'')) => {
                self.skip(2);
            }
            _ => {}
        }
    }

    /// The rest of a raw string, after its `r`. Whether it was one; `r#fn` is a name.
    fn skip_raw(&mut self) -> bool {
        let hashes = self.rest.clone().take_while(|c| *c == '#').count();
        if self.rest.clone().nth(hashes) != Some('"') {
            return false;
        }
        self.skip(hashes + 1);
        while let Some(c) = self.bump() {
            if c == '"' && self.rest.clone().take(hashes).filter(|c| *c == '#').count() == hashes {
                self.skip(hashes);
                return true;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_belongs_to_the_innermost_function_around_it() {
        let text = r####"
use std::fmt; // fn in_a_comment() {
struct Pool { put: fn(u32) -> u32 } /* fn { /* nested { */ */
trait Give { fn give(&self, n: [u8; 4]); }
impl Pool {
    pub async fn put(&self, item: &'static str) {
        let brace = ['{', '\'', '"'];
        let text = "fn no() { \" {";
        let raw = r#"fn no() { " {"#;
        fn inner<T>(x: [T; 2]) -> bool
        where
            T: Ord,
        {
            x[0] < x[1]
        }
        tokio::spawn(async move {
            item.len()
        });
    }

    fn take(&self) -> impl Fn() -> fn(u32) {
        self.lock()
    }
}
static LIMIT: usize = 3;
"####;
        let functions = functions(text);
        let line = |words: &str| text.lines().position(|line| line.contains(words)).expect(words) as u32 + 1;
        let at = |words: &str| around(&functions, line(words));
        assert_eq!(at("struct Pool"), None);
        assert_eq!(at("fn give"), None);
        assert_eq!(at("pub async fn put"), Some("put"));
        assert_eq!(at("let raw"), Some("put"));
        assert_eq!(at("x[0] < x[1]"), Some("inner"));
        assert_eq!(at("item.len()"), Some("put"));
        assert_eq!(at("self.lock()"), Some("take"));
        assert_eq!(at("static LIMIT"), None);
    }
}
