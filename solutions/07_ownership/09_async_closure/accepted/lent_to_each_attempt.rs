//! An electricity meter, read over a noisy radio link.

use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::sleep;

/// What the meter sent could not be understood. The number says how loud the noise was.
#[derive(Debug, PartialEq, Eq)]
pub struct Noise(pub u32);

/// The only connection to a meter. Reading a register may take a while.
pub trait Meter {
    fn read(&mut self, register: u16) -> impl Future<Output = Result<u32, Noise>>;
}

/// What an attempt returns. It may borrow from the meter for as long as it runs.
type Attempt<'a, T> = Pin<Box<dyn Future<Output = Result<T, Noise>> + 'a>>;

/// Runs `operation` at most three times, with a second in between, until it succeeds. Returns its last result.
async fn retry<M, T, F>(meter: &mut M, mut operation: F) -> Result<T, Noise>
where
    F: for<'a> FnMut(&'a mut M) -> Attempt<'a, T>,
{
    let mut result = operation(meter).await;
    for _ in 1..3 {
        if result.is_ok() {
            break;
        }
        sleep(Duration::from_secs(1)).await;
        result = operation(meter).await;
    }
    result
}

/// Reads one register, in up to three attempts.
pub async fn read<M: Meter>(meter: &mut M, register: u16) -> Result<u32, Noise> {
    retry(meter, |meter| Box::pin(meter.read(register))).await
}

/// Reads all `registers` in one go, in up to three attempts: after noise, it begins again with the first one.
/// Returns their values, one for each, in this order.
pub async fn read_all<M: Meter>(meter: &mut M, registers: &[u16]) -> Result<Vec<u32>, Noise> {
    let registers: Rc<[u16]> = registers.into();
    retry(meter, |meter| {
        let registers = Rc::clone(&registers);
        Box::pin(async move {
            let mut values = Vec::new();
            for register in registers.iter() {
                values.push(meter.read(*register).await?);
            }
            Ok(values)
        })
    })
    .await
}
