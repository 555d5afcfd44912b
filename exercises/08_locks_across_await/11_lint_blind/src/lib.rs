//! Eight ways to send readings while a mutex may be locked. `readings` is a `std::sync::Mutex<Vec<u32>>` with three
//! readings in it, and `here().await` suspends the task.

/// What `clippy::await_holding_lock` has to do with a piece of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lint {
    /// The mutex is locked at the await, and clippy warns.
    Found,
    /// The mutex is locked at the await, and clippy says nothing.
    Missed,
    /// The mutex is free at the await, and clippy warns.
    FalseAlarm,
    /// The mutex is free at the await, and clippy says nothing.
    Clear,
    /// Not predicted yet.
    Unsaid,
}

// TODO: predict for each: `Lint::Found`, `Lint::Missed`, `Lint::FalseAlarm` or `Lint::Clear`.

/// ```ignore
/// fn locked(readings: &Mutex<Vec<u32>>) -> MutexGuard<'_, Vec<u32>> {
///     readings.lock().unwrap()
/// }
///
/// let mut readings = locked(readings);
/// here().await;
/// readings.clear();
/// ```
pub const HELPER: Lint = Lint::Unsaid;

/// ```ignore
/// async fn send(count: usize) {
///     here().await;
/// }
///
/// send(readings.lock().unwrap().len()).await;
/// ```
pub const ARGUMENT: Lint = Lint::Unsaid;

/// ```ignore
/// let mut readings = readings.lock().unwrap();
/// readings.sort();
/// drop(readings);
/// here().await;
/// ```
pub const DROPPED: Lint = Lint::Unsaid;

/// ```ignore
/// let Some(last) = readings.lock().unwrap().pop() else { return };
/// here().await;
/// ```
pub const LET_ELSE: Lint = Lint::Unsaid;

/// ```ignore
/// struct Batch<'a> {
///     readings: MutexGuard<'a, Vec<u32>>,
/// }
///
/// let mut batch = Batch { readings: readings.lock().unwrap() };
/// here().await;
/// batch.readings.clear();
/// ```
pub const IN_A_STRUCT: Lint = Lint::Unsaid;

/// ```ignore
/// let mut readings = readings.try_lock().ok();
/// here().await;
/// if let Some(readings) = &mut readings {
///     readings.clear();
/// }
/// ```
pub const IN_AN_OPTION: Lint = Lint::Unsaid;

/// ```ignore
/// let mut readings = readings.lock().unwrap();
/// let sending = async move {
///     here().await;
///     readings.clear();
/// };
/// sending.await;
/// ```
pub const MOVED: Lint = Lint::Unsaid;

/// Here, `readings` is a `parking_lot::Mutex<Vec<u32>>`.
///
/// ```ignore
/// let mut first = parking_lot::MutexGuard::map(readings.lock(), |readings| &mut readings[0]);
/// here().await;
/// *first = 0;
/// ```
pub const MAPPED: Lint = Lint::Unsaid;
