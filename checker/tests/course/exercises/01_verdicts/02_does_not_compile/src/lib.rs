pub fn twice(text: String) -> (String, String) {
    (text, text)
}
