pub fn depth(n: u64) -> u64 {
    if n == u64::MAX { 0 } else { 1 + depth(std::hint::black_box(n + 1)) }
}
