#[interleave::test]
fn it_has_a_bottom() {
    assert!(overflows::depth(0) > 0);
}
