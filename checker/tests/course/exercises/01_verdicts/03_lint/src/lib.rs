use std::sync::Mutex;

pub async fn hold(lock: &Mutex<u32>) {
    let guard = lock.lock().unwrap();
    std::future::ready(()).await;
    drop(guard);
}
