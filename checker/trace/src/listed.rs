//! Lists of names in a sentence.

/// More names than this are counted.
const MOST: usize = 6;
/// So many of them are named all the same.
const NAMED: usize = 3;

/// `a, b and c`
pub(crate) fn and(names: &[&str]) -> String {
    listed(names, "and")
}

/// `a, b or c`
pub(crate) fn or(names: &[&str]) -> String {
    listed(names, "or")
}

fn listed(names: &[&str], conjunction: &str) -> String {
    match names {
        names if names.len() > MOST => {
            format!("{} {conjunction} {} others", names[..NAMED].join(", "), names.len() - NAMED)
        }
        [others @ .., last] if !others.is_empty() => format!("{} {conjunction} {last}", others.join(", ")),
        names => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_counted() {
        assert_eq!(and(&[]), "");
        assert_eq!(and(&["a"]), "a");
        assert_eq!(or(&["a", "b"]), "a or b");
        assert_eq!(and(&["a", "b", "c", "d", "e", "f"]), "a, b, c, d, e and f");
        assert_eq!(or(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c or 4 others");
    }
}
