#[interleave::test]
fn both_get_on() {
    hangs::embrace();
}
