use std::sync::Mutex;

pub struct Pair {
    left: Mutex<u32>,
    right: Mutex<u32>,
}

impl Pair {
    pub fn full() -> Pair {
        Pair { left: Mutex::new(5), right: Mutex::new(5) }
    }

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
}
