#[interleave::test]
fn the_answer_is_right() {
    assert_eq!(empty::answer(), 42);
}
