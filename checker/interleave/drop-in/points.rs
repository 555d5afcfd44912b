//! Finds operations without a scheduling point.

use interleave::engine::scheduler::points_passed;

/// Calls `operation`, which must pass a scheduling point.
#[track_caller]
pub fn passes_a_point<T>(name: &str, operation: impl FnOnce() -> T) -> T {
    let before = points_passed();
    let result = operation();
    assert!(points_passed() > before, "{name} passed no scheduling point, so nothing can happen right before it");
    result
}
