//! `futures::channel`: the real channels, with a scheduling point around each operation.

pub mod mpsc;
pub mod oneshot;

use interleave::model::end;

/// Marks the ends of the channels of futures as ours.
pub(crate) struct Futures;

/// An end of one of the channels of futures.
type End<R> = end::End<R, Futures>;
