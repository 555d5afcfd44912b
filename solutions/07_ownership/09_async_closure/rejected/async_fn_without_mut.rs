//! verdict: compile-error E0596
//! `AsyncFn` may be called several times at once, so its closure cannot lend the meter mutably.
//!
//! An electricity meter, read over a noisy radio link.

use std::time::Duration;

use tokio::time::sleep;

/// What the meter sent could not be understood. The number says how loud the noise was.
#[derive(Debug, PartialEq, Eq)]
pub struct Noise(pub u32);

/// The only connection to a meter. Reading a register may take a while.
pub trait Meter {
    fn read(&mut self, register: u16) -> impl Future<Output = Result<u32, Noise>>;
}

/// Runs `operation` at most three times, with a second in between, until it succeeds. Returns its last result.
async fn retry<T>(operation: impl AsyncFn() -> Result<T, Noise>) -> Result<T, Noise> {
    let mut result = operation().await;
    for _ in 1..3 {
        if result.is_ok() {
            break;
        }
        sleep(Duration::from_secs(1)).await;
        result = operation().await;
    }
    result
}

/// Reads one register, in up to three attempts.
pub async fn read(meter: &mut impl Meter, register: u16) -> Result<u32, Noise> {
    retry(async || meter.read(register).await).await
}

/// Reads all `registers` in one go, in up to three attempts: after noise, it begins again with the first one.
/// Returns their values, one for each, in this order.
pub async fn read_all(meter: &mut impl Meter, registers: &[u16]) -> Result<Vec<u32>, Noise> {
    retry(async || {
        let mut values = Vec::new();
        for register in registers {
            values.push(meter.read(*register).await?);
        }
        Ok(values)
    })
    .await
}
