pub fn chatter() {
    loop {
        println!("and another thing");
    }
}
