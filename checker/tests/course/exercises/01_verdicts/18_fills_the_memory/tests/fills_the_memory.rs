#[interleave::test]
fn it_fits() {
    assert!(fills_the_memory::huge().len() > 1);
}
