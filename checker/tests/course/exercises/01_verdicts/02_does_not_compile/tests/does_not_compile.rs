#[interleave::test]
fn both_are_the_same() {
    let (a, b) = does_not_compile::twice("a".to_owned());
    assert_eq!(a, b);
}
