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

/// Whether there is another attempt after `attempt`, which was noise. Waits for it.
async fn again(attempt: u32) -> bool {
    if attempt < 3 {
        sleep(Duration::from_secs(1)).await;
    }
    attempt < 3
}

/// Reads one register, in up to three attempts.
pub async fn read(meter: &mut impl Meter, register: u16) -> Result<u32, Noise> {
    let mut attempt = 1;
    loop {
        match meter.read(register).await {
            Err(_) if again(attempt).await => attempt += 1,
            result => return result,
        }
    }
}

/// Reads all `registers` in one go, in up to three attempts: after noise, it begins again with the first one.
/// Returns their values, one for each, in this order.
pub async fn read_all(meter: &mut impl Meter, registers: &[u16]) -> Result<Vec<u32>, Noise> {
    let mut attempt = 1;
    loop {
        match read_once(meter, registers).await {
            Err(_) if again(attempt).await => attempt += 1,
            result => return result,
        }
    }
}

async fn read_once(meter: &mut impl Meter, registers: &[u16]) -> Result<Vec<u32>, Noise> {
    let mut values = Vec::new();
    for register in registers {
        values.push(meter.read(*register).await?);
    }
    Ok(values)
}
