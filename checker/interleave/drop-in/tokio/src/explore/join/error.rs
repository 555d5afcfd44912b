//! Why a task has no result.

use std::any::Any;
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

use interleave::model::task::{NoResult, Payload};

use super::Id;

/// See [`real::task::JoinError`].
pub struct JoinError {
    id: Id,
    reason: Reason,
}

enum Reason {
    Cancelled,
    /// In a mutex, because a payload is `Send` but not `Sync`.
    Panicked(Mutex<Payload>),
}

impl JoinError {
    pub(super) fn new(id: Id, reason: NoResult) -> Self {
        let reason = match reason {
            NoResult::Cancelled => Reason::Cancelled,
            NoResult::Panicked(payload) => Reason::Panicked(Mutex::new(payload)),
        };
        JoinError { id, reason }
    }

    /// Whether the task was aborted, or its runtime shut down, before it completed.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.reason, Reason::Cancelled)
    }

    /// Whether the task panicked.
    pub fn is_panic(&self) -> bool {
        matches!(self.reason, Reason::Panicked(_))
    }

    /// # Panics
    ///
    /// If the task was cancelled and did not panic.
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send + 'static> {
        self.try_into_panic().expect("`JoinError` reason is not a panic.")
    }

    /// The payload of the panic; this error again if the task was cancelled.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send + 'static>, JoinError> {
        match self.reason {
            Reason::Panicked(payload) => Ok(payload.into_inner().unwrap_or_else(PoisonError::into_inner)),
            Reason::Cancelled => Err(self),
        }
    }

    /// The task that did not complete.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The panic message of the task, if it is text.
    fn message(&self) -> Option<String> {
        let Reason::Panicked(payload) = &self.reason else { return None };
        let payload = payload.lock().unwrap_or_else(PoisonError::into_inner);
        let text = payload.downcast_ref::<String>().cloned();
        text.or_else(|| payload.downcast_ref::<&'static str>().map(|text| (*text).to_owned()))
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.reason, self.message()) {
            (Reason::Cancelled, _) => write!(f, "JoinError::Cancelled({:?})", self.id),
            (Reason::Panicked(_), Some(text)) => write!(f, "JoinError::Panic({:?}, {text:?}, ...)", self.id),
            (Reason::Panicked(_), None) => write!(f, "JoinError::Panic({:?}, ...)", self.id),
        }
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.reason, self.message()) {
            (Reason::Cancelled, _) => write!(f, "task {} was cancelled", self.id),
            (Reason::Panicked(_), Some(text)) => write!(f, "task {} panicked with message {text:?}", self.id),
            (Reason::Panicked(_), None) => write!(f, "task {} panicked", self.id),
        }
    }
}

impl std::error::Error for JoinError {}

impl From<JoinError> for io::Error {
    fn from(error: JoinError) -> io::Error {
        io::Error::other(if error.is_panic() { "task panicked" } else { "task was cancelled" })
    }
}
