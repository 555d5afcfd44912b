#[ignore = "later"]
#[test]
fn the_answer_is_right() {
    assert_eq!(only_ignored::answer(), 42);
}
