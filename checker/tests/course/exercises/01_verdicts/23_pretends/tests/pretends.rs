use pretends::{Leaves, answer};

#[interleave::test]
fn it_leaves_at_the_end() {
    let _leaves = Leaves;
}

#[interleave::test]
fn it_leaves_when_it_fails() {
    let _leaves = Leaves;
    assert_eq!(answer(), 42);
}

#[interleave::test]
#[should_panic]
fn it_was_meant_to_fail() {
    assert_eq!(answer(), 42);
}
