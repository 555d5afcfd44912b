#[interleave::test]
fn the_answer_is_right() {
    println!("asking");
    assert_eq!(passes::answer(), 42);
}

#[interleave::test]
fn the_answer_stays_right() {
    assert_eq!(passes::answer(), 42);
}
