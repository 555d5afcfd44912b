#[interleave::test]
fn a_first_test_passes() {
    assert!(fails::answer() > 40);
}

#[interleave::test]
fn the_answer_is_right() {
    assert_eq!(fails::answer(), 42, "the answer is another one");
}
