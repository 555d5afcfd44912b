//! verdict: failing-test a_block
//! Gives everything to the future.
//!
//! Ten futures that use a scanner. No other program can use the scanner until `claim`, a `Claim`, is dropped.

/// The moment at which `claim` is dropped, which releases the scanner.
///
/// ```ignore
/// {
///     let claim = scanner.claim();
///     let future = …;
///     poll(&mut future);  // once; `wait()` is pending
///     drop(future);       // cancelled
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released {
    /// Before the first poll: by the statement that makes `future`.
    BeforeThePoll,
    /// In the poll.
    InThePoll,
    /// When `future` is dropped.
    WithTheFuture,
    /// At the end of the caller's block.
    WithTheCaller,
}

/// ```ignore
/// let future = async {
///     claim.scan();
///     wait().await;
/// };
/// ```
pub const BLOCK: Released = Released::WithTheFuture;

/// ```ignore
/// let future = async move {
///     claim.scan();
///     wait().await;
/// };
/// ```
pub const MOVE_BLOCK: Released = Released::WithTheFuture;

/// ```ignore
/// let future = async move {
///     wait().await;
/// };
/// ```
pub const NOT_MENTIONED: Released = Released::WithTheFuture;

/// ```ignore
/// let future = async move {
///     let _ = claim;
///     wait().await;
/// };
/// ```
pub const UNDERSCORE: Released = Released::WithTheFuture;

/// ```ignore
/// let future = async {
///     let mine = claim;
///     mine.scan();
///     wait().await;
/// };
/// ```
pub const MOVED_INSIDE: Released = Released::WithTheFuture;

/// ```ignore
/// fn scan_and_release(claim: Claim) {
///     claim.scan();
/// }
/// let future = async {
///     scan_and_release(claim);
///     wait().await;
/// };
/// ```
pub const HANDED_ON: Released = Released::WithTheFuture;

/// ```ignore
/// let job = Job { title: "invoice", claim };
/// let future = async move {
///     show(job.title);
///     wait().await;
/// };
/// ```
pub const ONE_FIELD: Released = Released::WithTheFuture;

/// ```ignore
/// async fn idle(_: Claim) {
///     wait().await;
/// }
/// let future = idle(claim);
/// ```
pub const ASYNC_FN: Released = Released::WithTheFuture;

/// ```ignore
/// fn idle(_: Claim) -> impl Future<Output = ()> {
///     async {
///         wait().await;
///     }
/// }
/// let future = idle(claim);
/// ```
pub const PLAIN_FN: Released = Released::WithTheFuture;

/// ```ignore
/// let scan = async move || {
///     claim.scan();
///     wait().await;
/// };
/// let future = scan();
/// ```
pub const ASYNC_CLOSURE: Released = Released::WithTheFuture;
