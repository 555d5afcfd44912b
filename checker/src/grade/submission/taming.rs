//! What a stranger's code says, made harmless for a terminal and a report: no control characters, and not too long.

use crate::verdict::Verdict;

/// In characters.
const HEADLINE: usize = 300;
const MESSAGE: usize = 4_000;
/// How many messages of the compiler are kept.
const DIAGNOSTICS: usize = 50;

pub fn tame(verdict: &mut Verdict) {
    verdict.headline = tamed(&verdict.headline, HEADLINE);
    verdict.diagnostics.truncate(DIAGNOSTICS);
    for diagnostic in &mut verdict.diagnostics {
        diagnostic.message = tamed(&diagnostic.message, MESSAGE);
        diagnostic.rendered = tamed(&diagnostic.rendered, MESSAGE);
    }
    for test in &mut verdict.tests {
        test.message = tamed(&test.message, MESSAGE);
        // They are as long as the checker's own limits allow.
        test.output.head = tamed(&test.output.head, usize::MAX);
        test.output.tail = tamed(&test.output.tail, usize::MAX);
    }
}

fn tamed(text: &str, longest: usize) -> String {
    let mut kept: String = text.chars().take(longest).map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect();
    if kept.len() < text.len() && text.chars().nth(longest).is_some() {
        kept.push('…');
    }
    kept
}

/// Escape sequences move the cursor and change what was printed before; the others change the direction of what follows.
fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_rewrite_the_screen_or_fill_a_report() {
        assert_eq!(tamed("\u{1b}[2Jpasses\r\u{202e}!\n\tend", 100), "\u{fffd}[2Jpasses\u{fffd}\u{fffd}!\n\tend");
        assert_eq!(tamed("äöü", 3), "äöü");
        assert_eq!(tamed("äöüß", 3), "äöü…");
    }
}
