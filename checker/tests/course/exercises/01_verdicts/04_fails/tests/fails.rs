#[interleave::test]
fn zero_is_not_the_answer() {
    assert!(fails::answer() > 40);
}

#[interleave::test]
fn the_answer_is_right() {
    assert_eq!(fails::answer(), 42, "the answer is another one");
}
