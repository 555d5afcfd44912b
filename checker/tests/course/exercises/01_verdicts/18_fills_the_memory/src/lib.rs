pub fn huge() -> Vec<u8> {
    vec![1; 10 << 30]
}
