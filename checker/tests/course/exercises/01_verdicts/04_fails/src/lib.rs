pub fn answer() -> u32 {
    println!("thinking");
    41
}
