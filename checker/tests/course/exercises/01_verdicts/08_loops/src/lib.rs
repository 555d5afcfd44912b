pub fn spin() {
    loop {
        std::hint::spin_loop();
    }
}
