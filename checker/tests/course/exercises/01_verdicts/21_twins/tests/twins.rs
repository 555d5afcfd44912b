#[interleave::test]
fn the_answer_is_right() {
    assert_eq!(twins::answer(), 42);
}
