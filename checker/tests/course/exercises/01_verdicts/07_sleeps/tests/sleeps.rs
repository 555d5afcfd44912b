#[interleave::test]
fn it_comes_to_an_end() {
    sleeps::wait();
}
