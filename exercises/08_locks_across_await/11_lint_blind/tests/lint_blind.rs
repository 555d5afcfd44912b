use core::cell::Cell;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use lint_blind::Lint;

/// What clippy says of a function, which is then measured for being locked. An expectation that is not fulfilled is a
/// warning, so clippy itself checks this: `cargo clippy -p lint_blind --all-targets`.
macro_rules! clippy {
    (warns: $form:item) => {
        #[expect(clippy::await_holding_lock, reason = "this is what is asked")]
        $form
        const WARNS: bool = true;
    };
    (is silent: $form:item) => {
        $form
        const WARNS: bool = false;
    };
}

/// Predictions are compared by name: `==` may mean anything, and a variant that is no longer used may be gone.
fn name(prediction: Lint) -> &'static str {
    match prediction {
        Lint::Found => "Found",
        Lint::Missed => "Missed",
        Lint::FalseAlarm => "FalseAlarm",
        Lint::Clear => "Clear",
        #[allow(unreachable_patterns)]
        _ => "Unsaid",
    }
}

/// The name of a prediction. Fails before any answer is known if one of the eight is missing.
#[track_caller]
fn predicted(prediction: Lint) -> &'static str {
    let all = [
        ("HELPER", lint_blind::HELPER),
        ("ARGUMENT", lint_blind::ARGUMENT),
        ("DROPPED", lint_blind::DROPPED),
        ("LET_ELSE", lint_blind::LET_ELSE),
        ("IN_A_STRUCT", lint_blind::IN_A_STRUCT),
        ("IN_AN_OPTION", lint_blind::IN_AN_OPTION),
        ("MOVED", lint_blind::MOVED),
        ("MAPPED", lint_blind::MAPPED),
    ];
    let missing: Vec<&str> = all.iter().filter(|(_, said)| name(*said) == "Unsaid").map(|(name, _)| *name).collect();
    assert!(
        missing.is_empty(),
        "not predicted yet: {}. The tests say what happens once all eight are predicted",
        missing.join(", ")
    );
    name(prediction)
}

/// What `here().await` does: it notes whether the mutex is locked, and suspends the task.
struct Here<'a> {
    is_locked: &'a dyn Fn() -> bool,
    seen: Cell<Option<bool>>,
}

impl<'a> Here<'a> {
    fn new(is_locked: &'a dyn Fn() -> bool) -> Self {
        Self { is_locked, seen: Cell::new(None) }
    }

    async fn here(&self) {
        self.seen.set(Some((self.is_locked)()));
        interleave::yield_now().await;
    }

    /// Polls `form` to its end. What was seen, as one word.
    fn during(&self, form: impl Future<Output = ()>, warns: bool) -> &'static str {
        let mut form = pin!(form);
        let mut polls = 0;
        while form.as_mut().poll(&mut Context::from_waker(Waker::noop())) == Poll::Pending {
            polls += 1;
        }
        assert_eq!(polls, 1, "the task is suspended once");
        match (self.seen.get().expect("`here` was awaited"), warns) {
            (true, true) => "Found",
            (true, false) => "Missed",
            (false, true) => "FalseAlarm",
            (false, false) => "Clear",
        }
    }
}

fn three_readings() -> Mutex<Vec<u32>> {
    Mutex::new(vec![3, 1, 2])
}

#[interleave::test]
fn a_guard_from_a_function() {
    let prediction = predicted(lint_blind::HELPER);
    fn locked(readings: &Mutex<Vec<u32>>) -> MutexGuard<'_, Vec<u32>> {
        readings.lock().unwrap()
    }
    clippy! { warns:
        async fn form(readings: &Mutex<Vec<u32>>, task: &Here<'_>) {
            let mut readings = locked(readings);
            task.here().await;
            readings.clear();
        }
    }
    let readings = three_readings();
    let is_locked = || readings.try_lock().is_err();
    let task = Here::new(&is_locked);
    assert_eq!(
        prediction,
        task.during(form(&readings, &task), WARNS),
        "left: your prediction; right: what happened. The guard lives to the end of its block. clippy goes by the type of \
         the variable, so it does not matter where the guard comes from",
    );
}

#[interleave::test]
fn a_guard_in_an_argument() {
    let prediction = predicted(lint_blind::ARGUMENT);
    async fn send(count: usize, task: &Here<'_>) {
        task.here().await;
        assert_eq!(count, 3);
    }
    clippy! { warns:
        async fn form(readings: &Mutex<Vec<u32>>, task: &Here<'_>) {
            send(readings.lock().unwrap().len(), task).await;
        }
    }
    let readings = three_readings();
    let is_locked = || readings.try_lock().is_err();
    let task = Here::new(&is_locked);
    assert_eq!(
        prediction,
        task.during(form(&readings, &task), WARNS),
        "left: your prediction; right: what happened. The temporaries of an argument live to the end of the statement, which \
         is after the await. clippy sees guards without a name as well",
    );
}

#[interleave::test]
fn a_guard_that_is_dropped() {
    let prediction = predicted(lint_blind::DROPPED);
    clippy! { warns:
        async fn form(readings: &Mutex<Vec<u32>>, task: &Here<'_>) {
            let mut readings = readings.lock().unwrap();
            readings.sort();
            drop(readings);
            task.here().await;
        }
    }
    let readings = three_readings();
    let is_locked = || readings.try_lock().is_err();
    let task = Here::new(&is_locked);
    assert_eq!(
        prediction,
        task.during(form(&readings, &task), WARNS),
        "left: your prediction; right: what happened. `drop` unlocks the mutex. But to the compiler a variable that was \
         borrowed may be stored until the end of its block, and clippy goes by that",
    );
}

#[interleave::test]
fn a_let_else() {
    let prediction = predicted(lint_blind::LET_ELSE);
    clippy! { is silent:
        async fn form(readings: &Mutex<Vec<u32>>, task: &Here<'_>) {
            let Some(last) = readings.lock().unwrap().pop() else { return };
            task.here().await;
            assert_eq!(last, 2);
        }
    }
    let readings = three_readings();
    let is_locked = || readings.try_lock().is_err();
    let task = Here::new(&is_locked);
    assert_eq!(
        prediction,
        task.during(form(&readings, &task), WARNS),
        "left: your prediction; right: what happened. The guard has no name and is dropped at the semicolon of the `let`, so \
         there is nothing to warn about",
    );
}

#[interleave::test]
fn a_guard_in_a_struct() {
    let prediction = predicted(lint_blind::IN_A_STRUCT);
    struct Batch<'a> {
        readings: MutexGuard<'a, Vec<u32>>,
    }
    clippy! { is silent:
        async fn form(readings: &Mutex<Vec<u32>>, task: &Here<'_>) {
            let mut batch = Batch { readings: readings.lock().unwrap() };
            task.here().await;
            batch.readings.clear();
        }
    }
    let readings = three_readings();
    let is_locked = || readings.try_lock().is_err();
    let task = Here::new(&is_locked);
    assert_eq!(
        prediction,
        task.during(form(&readings, &task), WARNS),
        "left: your prediction; right: what happened. The variable lives to the end of its block, and the guard in it, too. \
         To clippy the variable is a `Batch`, which is no guard",
    );
}

#[interleave::test]
fn a_guard_in_an_option() {
    let prediction = predicted(lint_blind::IN_AN_OPTION);
    clippy! { is silent:
        async fn form(readings: &Mutex<Vec<u32>>, task: &Here<'_>) {
            let mut readings = readings.try_lock().ok();
            task.here().await;
            if let Some(readings) = &mut readings {
                readings.clear();
            }
        }
    }
    let readings = three_readings();
    let is_locked = || readings.try_lock().is_err();
    let task = Here::new(&is_locked);
    assert_eq!(
        prediction,
        task.during(form(&readings, &task), WARNS),
        "left: your prediction; right: what happened. The mutex was free, so the option has a guard in it. clippy does not \
         look into options",
    );
}

#[interleave::test]
fn a_guard_that_is_moved() {
    let prediction = predicted(lint_blind::MOVED);
    clippy! { is silent:
        async fn form(readings: &Mutex<Vec<u32>>, task: &Here<'_>) {
            let mut readings = readings.lock().unwrap();
            let sending = async move {
                task.here().await;
                readings.clear();
            };
            sending.await;
        }
    }
    let readings = three_readings();
    let is_locked = || readings.try_lock().is_err();
    let task = Here::new(&is_locked);
    assert_eq!(
        prediction,
        task.during(form(&readings, &task), WARNS),
        "left: your prediction; right: what happened. The async block owns the guard until its own end. clippy looks at its \
         variables, and not at what it captured",
    );
}

#[interleave::test]
fn a_mapped_guard() {
    let prediction = predicted(lint_blind::MAPPED);
    clippy! { is silent:
        async fn form(readings: &parking_lot::Mutex<Vec<u32>>, task: &Here<'_>) {
            let mut first = parking_lot::MutexGuard::map(readings.lock(), |readings| &mut readings[0]);
            task.here().await;
            *first = 0;
        }
    }
    let readings = parking_lot::Mutex::new(vec![3, 1, 2]);
    let is_locked = || readings.is_locked();
    let task = Here::new(&is_locked);
    assert_eq!(
        prediction,
        task.during(form(&readings, &task), WARNS),
        "left: your prediction; right: what happened. A mapped guard shows a part and locks the whole mutex. clippy's list \
         has `MutexGuard` on it, and not `MappedMutexGuard`",
    );
}
