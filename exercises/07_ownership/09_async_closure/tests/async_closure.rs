use std::time::Duration;

use async_closure::{Meter, Noise, read, read_all};
use tokio::time::{Instant, sleep};

/// How long a meter takes to answer.
const ANSWER: Duration = Duration::from_millis(100);
/// How long three attempts take, with a second in between.
const THREE_ATTEMPTS: Duration = Duration::from_millis(100 + 1_000 + 100 + 1_000 + 100);

/// Answers each read with its number, beginning with 1, or with noise that is so loud.
struct Counter {
    reads: u32,
    noise: &'static [u32],
    registers: Vec<u16>,
}

impl Counter {
    /// A meter whose reads with these numbers are noise.
    fn new(noise: &'static [u32]) -> Self {
        Self { reads: 0, noise, registers: Vec::new() }
    }
}

impl Meter for Counter {
    async fn read(&mut self, register: u16) -> Result<u32, Noise> {
        self.reads += 1;
        self.registers.push(register);
        let read = self.reads;
        sleep(ANSWER).await;
        if self.noise.contains(&read) { Err(Noise(read)) } else { Ok(read) }
    }
}

#[interleave::test]
async fn a_register_is_read_at_once() {
    let mut meter = Counter::new(&[]);
    let start = Instant::now();
    assert_eq!(read(&mut meter, 7).await, Ok(1), "the first read succeeded");
    assert_eq!(start.elapsed(), ANSWER, "the first read succeeded; left: how long `read` took");
    assert_eq!(meter.registers, [7], "left: the registers that were read");
}

#[interleave::test]
async fn a_register_is_read_in_the_third_attempt() {
    let mut meter = Counter::new(&[1, 2]);
    let start = Instant::now();
    assert_eq!(read(&mut meter, 7).await, Ok(3), "two reads were noise, and the third one succeeded");
    assert_eq!(start.elapsed(), THREE_ATTEMPTS, "three attempts, with a second in between; left: how long they took");
    assert_eq!(meter.registers, [7, 7, 7], "left: the registers that were read");
}

#[interleave::test]
async fn after_three_attempts_it_gives_up() {
    let mut meter = Counter::new(&[1, 2, 3]);
    let start = Instant::now();
    assert_eq!(read(&mut meter, 7).await, Err(Noise(3)), "all three reads were noise; left: what `read` returned");
    assert_eq!(start.elapsed(), THREE_ATTEMPTS, "three attempts, with a second in between; left: how long they took");
    let mut meter = Counter::new(&[2, 4, 6]);
    assert_eq!(read_all(&mut meter, &[7, 8]).await, Err(Noise(6)), "reads 2, 4 and 6 were noise; left: the result");
    assert_eq!(
        meter.registers,
        [7, 8, 7, 8, 7, 8],
        "three attempts, and no fourth one; left: the registers that were read"
    );
}

#[interleave::test]
async fn all_registers_are_read_in_one_go() {
    let mut meter = Counter::new(&[2]);
    let start = Instant::now();
    let values = read_all(&mut meter, &[9, 7, 8, 7]).await;
    assert_eq!(
        meter.registers,
        [9, 7, 9, 7, 8, 7],
        "the second read was noise, so the second attempt begins with register 9 again; left: the registers that were read",
    );
    assert_eq!(values, Ok(vec![3, 4, 5, 6]), "a read returns its number, and reads 3 to 6 were one attempt");
    assert_eq!(
        start.elapsed(),
        ANSWER * 6 + Duration::from_secs(1),
        "six reads in two attempts, with a second in between; left: how long they took"
    );
}
