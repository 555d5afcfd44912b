#[interleave::test]
fn the_answer_is_right() {
    assert_eq!(exits_zero::answer(), 42);
}
