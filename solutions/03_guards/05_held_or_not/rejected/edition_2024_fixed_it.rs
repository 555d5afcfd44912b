//! verdict: failing-test the_first_block_of_an_if_let
//! Edition 2024 drops the guard before `else`, not before the first block.
//!
//! Eight ways to lock a mutex without saying for how long. `jobs` is a `Mutex<Vec<u32>>` with three jobs in it.

/// The state of the mutex when `here()` is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A guard is alive.
    Held,
    /// No guard is alive, so any thread can lock it.
    Free,
    /// Not predicted yet.
    Unsaid,
}

/// ```ignore
/// let count = jobs.lock().unwrap().len();
/// here();
/// ```
pub const LET: State = State::Free;

/// ```ignore
/// if !jobs.lock().unwrap().is_empty() {
///     here();
/// }
/// ```
pub const IF_CONDITION: State = State::Free;

/// ```ignore
/// if let Some(job) = jobs.lock().unwrap().first().copied() {
///     here();
/// }
/// ```
pub const IF_LET: State = State::Free;

/// ```ignore
/// if let Some(job) = jobs.lock().unwrap().get(9).copied() {
///     run(job);
/// } else {
///     here();
/// }
/// ```
pub const IF_LET_ELSE: State = State::Free;

/// ```ignore
/// match jobs.lock().unwrap().clone().as_slice() {
///     [] => {}
///     _ => here(),
/// }
/// ```
pub const MATCH_ON_A_CLONE: State = State::Held;

/// ```ignore
/// match { jobs.lock().unwrap().len() } {
///     0 => {}
///     _ => here(),
/// }
/// ```
pub const MATCH_ON_A_BLOCK: State = State::Free;

/// ```ignore
/// for job in jobs.lock().unwrap().clone() {
///     here();
/// }
/// ```
pub const FOR_OVER_A_CLONE: State = State::Held;

/// ```ignore
/// let jobs_now = jobs.lock().unwrap();
/// let jobs_now = jobs_now.clone();
/// here();
/// ```
pub const SHADOWED: State = State::Held;
