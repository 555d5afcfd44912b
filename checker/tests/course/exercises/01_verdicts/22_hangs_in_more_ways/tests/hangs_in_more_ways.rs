use hangs_in_more_ways::*;

#[interleave::test]
fn a_lock_is_taken_twice() {
    locks_twice();
}

#[interleave::test]
fn nobody_wakes_the_future() {
    blocks_on_what_is_never_ready();
}

#[interleave::test]
fn it_is_never_dropped() {
    drop(NeverGone);
}

#[interleave::test]
fn the_output_is_held() {
    holds_the_output();
}

#[interleave::test]
fn a_child_does_not_go() {
    waits_for_a_stubborn_child();
}

#[interleave::test]
fn there_is_nothing_to_read() {
    assert_eq!(reads(), 0);
}
