#[test]
fn a_test_that_says_nothing_has_not_passed() {
    assert_eq!(without_the_kit::answer(), 42);
}
