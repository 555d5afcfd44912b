#[interleave::test]
fn nothing_has_no_first() {
    panics_in_src::first(&[]);
}
