use std::sync::Mutex;

#[derive(Default)]
pub struct Pair {
    left: Mutex<u32>,
    right: Mutex<u32>,
}

impl Pair {
    pub fn to_the_right(&self) {
        let mut left = self.left.lock().unwrap();
        let mut right = self.right.lock().unwrap();
        *left -= 1;
        *right += 1;
    }

    pub fn to_the_left(&self) {
        let mut right = self.right.lock().unwrap();
        let mut left = self.left.lock().unwrap();
        *right -= 1;
        *left += 1;
    }

    pub fn fill(&self) {
        *self.left.lock().unwrap() = 5;
        *self.right.lock().unwrap() = 5;
    }
}
