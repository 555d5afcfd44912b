#[interleave::test]
fn it_is_there() {
    drop(lint::hold(&std::sync::Mutex::new(1)));
}
