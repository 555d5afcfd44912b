pub fn first(numbers: &[u32]) -> u32 {
    numbers[0]
}
