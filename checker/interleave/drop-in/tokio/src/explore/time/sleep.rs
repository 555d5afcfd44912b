//! `tokio::time::sleep`.

use std::marker::PhantomPinned;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use interleave::engine::scheduler;
use interleave::model::coop;
use interleave::model::time::{Timer, sleeps};

use super::Instant;

/// A task that polls a timer this often is not waiting for it. Time moves, as it does in real mode.
const POLLS_BEFORE_TIME_MOVES: u32 = 1000;

pin_project_lite::pin_project! {
    /// See [`real::time::Sleep`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Sleep {
        deadline: Instant,
        timer: Timer,
        has_elapsed: bool,
        // How many polls returned `Pending`.
        polls: u32,
        place: &'static Location<'static>,
        is_recorded: bool,
        #[pin]
        not_unpin: PhantomPinned,
    }
}

/// See [`real::time::sleep`].
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    sleep_until(Instant::current().checked_add(duration).unwrap_or_else(Instant::far_future))
}

/// See [`real::time::sleep_until`].
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    // Like the real one, it belongs to a runtime.
    if let Err(refusal) = crate::explore::runtime::time::refusal() {
        panic!("{refusal}");
    }
    Sleep {
        deadline,
        timer: Timer::new(),
        has_elapsed: false,
        polls: 0,
        place: Location::caller(),
        is_recorded: false,
        not_unpin: PhantomPinned,
    }
}

impl Sleep {
    /// See [`real::time::Sleep::deadline`].
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// See [`real::time::Sleep::is_elapsed`].
    pub fn is_elapsed(&self) -> bool {
        self.has_elapsed || self.timer.has_gone_off()
    }

    /// See [`real::time::Sleep::reset`].
    pub fn reset(self: Pin<&mut Self>, deadline: Instant) {
        let this = self.project();
        let waker = this.timer.take_waker();
        (*this.deadline, *this.has_elapsed) = (deadline, false);
        if let Some(waker) = waker {
            *this.has_elapsed = this.timer.has_come(deadline.on_clock(), &Context::from_waker(&waker));
            if *this.has_elapsed {
                waker.wake();
            }
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        scheduler::local_point();
        let budget = ready!(coop::proceed(context));
        *this.has_elapsed = this.timer.has_come(this.deadline.on_clock(), context);
        budget.spend_if(*this.has_elapsed);
        if !*this.has_elapsed && !std::mem::replace(this.is_recorded, true) {
            sleeps(this.deadline.on_clock(), this.place);
        }
        if !*this.has_elapsed {
            *this.polls += 1;
            if *this.polls > POLLS_BEFORE_TIME_MOVES {
                context.waker().wake_by_ref();
                scheduler::let_time_pass();
            }
        }
        if *this.has_elapsed { Poll::Ready(()) } else { Poll::Pending }
    }
}
