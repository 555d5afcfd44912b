use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use interleave::{CountingWaker, histories};
use join_by_hand::run;
use tokio::time::{Instant, sleep};

/// A service that answers when the test says so.
#[derive(Clone, Default)]
struct Service(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answer: Option<u32>,
    polls: u32,
    waker: Option<Waker>,
}

impl Service {
    fn check(&self) -> Check {
        Check { service: self.clone(), ended: false }
    }

    fn answer(&self, answer: u32) {
        let waker = {
            let mut state = self.0.lock().unwrap();
            state.answer = Some(answer);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn polls(&self) -> u32 {
        self.0.lock().unwrap().polls
    }

    /// How many checks of this service have not been dropped.
    fn checks(&self) -> usize {
        Arc::strong_count(&self.0) - 1
    }
}

/// A question to a service. Like an `async` block, it panics if it is polled after its end.
struct Check {
    service: Service,
    ended: bool,
}

impl Future for Check {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        assert!(!self.ended, "a check that had ended was polled again");
        let mut state = self.service.0.lock().unwrap();
        state.polls += 1;
        let Some(answer) = state.answer else {
            state.waker = Some(context.waker().clone());
            return Poll::Pending;
        };
        drop(state);
        self.ended = true;
        Poll::Ready(answer)
    }
}

/// It cannot be copied, and there is no default for it.
#[derive(Debug, PartialEq)]
struct Receipt(Duration);

fn three() -> [Service; 3] {
    [(); 3].map(|()| Service::default())
}

fn polls(services: &[Service; 3]) -> [u32; 3] {
    services.each_ref().map(Service::polls)
}

#[interleave::test]
fn every_check_begins_at_the_first_poll() {
    let services = three();
    let mut checks = pin!(run(services.each_ref().map(Service::check)));
    assert_eq!(polls(&services), [0; 3], "left: how often each check was polled before their future was");
    assert_eq!(CountingWaker::new().poll(checks.as_mut()), Poll::Pending, "no service has answered");
    assert_eq!(polls(&services), [1; 3], "left: how often each check was polled at the first poll of their future");
}

#[interleave::test]
fn the_answers_are_in_the_order_of_the_checks() {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let services = three();
        let (task, mut checks) = (CountingWaker::new(), pin!(run(services.each_ref().map(Service::check))));
        for next in order {
            assert_eq!(task.poll(checks.as_mut()), Poll::Pending, "not all services have answered");
            services[next].answer(next as u32 + 1);
        }
        let seen = task.poll(checks.as_mut());
        assert_eq!(
            seen,
            Poll::Ready(vec![1, 2, 3]),
            "left: what a poll returned; the services answered in order {order:?}"
        );
    }
}

#[interleave::test]
fn a_check_that_has_ended_is_not_polled_again() {
    let services = three();
    services[1].answer(2);
    let (task, mut checks) = (CountingWaker::new(), pin!(run(services.each_ref().map(Service::check))));
    for _ in 0..3 {
        assert_eq!(task.poll(checks.as_mut()), Poll::Pending, "two services have not answered");
    }
    assert_eq!(services[1].polls(), 1, "left: how often a check was polled that was ready at its first poll");
    services[0].answer(1);
    services[2].answer(3);
    assert_eq!(task.poll(checks), Poll::Ready(vec![1, 2, 3]), "left: a poll after all services have answered");
}

#[interleave::test]
fn a_check_that_has_ended_is_dropped() {
    fn sendable<T: Send>(value: T) -> T {
        value
    }
    let services = three();
    // If all checks can be sent to another thread, their future can.
    let (task, mut checks) = (CountingWaker::new(), pin!(sendable(run(services.each_ref().map(Service::check)))));
    services[1].answer(2);
    assert_eq!(task.poll(checks.as_mut()), Poll::Pending, "two services have not answered");
    assert_eq!(
        services.each_ref().map(Service::checks),
        [1, 0, 1],
        "left: how many checks there still are of each service; the one in the middle has answered",
    );
}

#[interleave::test]
fn each_answer_wakes_the_task() {
    let services = three();
    let (task, mut checks) = (CountingWaker::new(), pin!(run(services.each_ref().map(Service::check))));
    for (service, answer) in services.iter().zip(1..) {
        let before = task.wakes();
        assert_eq!(task.poll(checks.as_mut()), Poll::Pending, "not all services have answered");
        assert_eq!(
            task.wakes(),
            before,
            "left: wakes of the task after a poll, right: before; no service has answered"
        );
        service.answer(answer);
        assert!(task.wakes() > before, "service {answer} of 3 answered, and the task was not woken");
    }
    assert_eq!(task.poll(checks), Poll::Ready(vec![1, 2, 3]), "left: a poll after all services have answered");
}

#[interleave::test]
fn the_task_that_polled_last_is_woken() {
    let services = three();
    let (before, now) = (CountingWaker::new(), CountingWaker::new());
    let mut checks = pin!(run(services.each_ref().map(Service::check)));
    assert_eq!(before.poll(checks.as_mut()), Poll::Pending, "no service has answered");
    services[0].answer(1);
    let wakes = before.wakes();
    // Another task takes the future.
    assert_eq!(now.poll(checks.as_mut()), Poll::Pending, "two services have not answered");
    services[2].answer(3);
    services[1].answer(2);
    assert_ne!(now.wakes(), 0, "two services answered, and the task that polled last was not woken");
    assert_eq!(before.wakes(), wakes, "left: the wakes of a task that had given the checks to another one");
}

#[interleave::test]
async fn answers_from_another_thread_arrive() {
    let services = [(); 2].map(|()| Service::default());
    let checks = run(services.each_ref().map(Service::check));
    let other = thread::spawn(move || {
        services[1].answer(2);
        services[0].answer(1);
    });
    assert_eq!(checks.await, [1, 2], "left: the answers, right: what the services said on another thread");
    other.join().unwrap();
}

#[interleave::test]
fn no_checks_are_ready_at_once() {
    let checks = run(std::iter::empty::<Check>());
    assert_eq!(
        CountingWaker::new().poll(pin!(checks)),
        Poll::Ready(vec![]),
        "left: the first poll; there are no checks"
    );
}

#[interleave::test]
fn any_number_of_checks_run_at_the_same_time() {
    let services: Vec<Service> = (0..300).map(|_| Service::default()).collect();
    let (task, mut checks) = (CountingWaker::new(), pin!(run(services.iter().map(Service::check))));
    assert_eq!(task.poll(checks.as_mut()), Poll::Pending, "none of 300 services has answered");
    let begun = services.iter().filter(|service| service.polls() > 0).count();
    assert_eq!(begun, 300, "left: how many of 300 checks began at the first poll");
    for (service, answer) in services.iter().zip(0..) {
        service.answer(answer);
    }
    let expected: Vec<u32> = (0..300).collect();
    assert_eq!(task.poll(checks), Poll::Ready(expected), "left: a poll after 300 services have answered");
}

/// What may happen to the checks of a payment.
#[derive(Debug)]
enum Step {
    Answer(usize),
    Poll { task: usize },
}

/// Five services, their checks, two tasks, and which of them polled last.
struct Program {
    services: Vec<Service>,
    answered: Vec<bool>,
    checks: Option<Pin<Box<dyn Future<Output = Vec<u32>>>>>,
    tasks: [CountingWaker; 2],
    last: Option<usize>,
}

impl Program {
    fn new() -> Self {
        let services: Vec<Service> = (0..5).map(|_| Service::default()).collect();
        let checks = run(services.iter().map(Service::check).collect::<Vec<_>>());
        Program {
            services,
            answered: vec![false; 5],
            checks: Some(Box::pin(checks)),
            tasks: Default::default(),
            last: None,
        }
    }

    fn step(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Answer(service) if !self.answered[service] => {
                self.answered[service] = true;
                let before = self.last.map(|task| self.tasks[task].wakes());
                self.services[service].answer(service as u32);
                let after = self.last.map(|task| self.tasks[task].wakes());
                if before.is_some() && before == after {
                    return Err(format!("service {service} answered, and the task that polled last was not woken"));
                }
            }
            Step::Poll { task } => {
                let Some(checks) = &mut self.checks else { return Ok(()) };
                self.last = Some(task);
                let polled = self.tasks[task].poll(checks.as_mut());
                let expected = self.answered.iter().all(|answered| *answered).then(|| vec![0, 1, 2, 3, 4]);
                if polled.is_ready() {
                    (self.checks, self.last) = (None, None);
                }
                if polled != expected.clone().map_or(Poll::Pending, Poll::Ready) {
                    return Err(format!("a poll returned {polled:?}; answers that are there: {:?}", self.answered));
                }
            }
            Step::Answer(_) => {}
        }
        Ok(())
    }
}

#[interleave::test]
fn any_history_ends_with_all_answers() {
    histories(
        |draws| if draws.below(2) == 0 { Step::Answer(draws.below(5)) } else { Step::Poll { task: draws.below(2) } },
        Program::new,
        Program::step,
    );
}

#[interleave::test(real_only)] // there is one task, so the order makes no difference
async fn the_checks_take_as_long_as_the_slowest() {
    for slowest in 0..4 {
        let mut latency = [10, 20, 30, 40].map(Duration::from_millis);
        latency[slowest] = Duration::from_secs(3);
        let start = Instant::now();
        // A check may borrow, and need not be `Send`.
        let services = Rc::new(latency);
        let seen = run(services.iter().map(|&latency| {
            let services = &services;
            async move {
                sleep(latency).await;
                assert_eq!(services.len(), 4);
                Receipt(latency)
            }
        }))
        .await;
        assert_eq!(seen, latency.map(Receipt), "left: the answers, right: the checks that they belong to");
        assert_eq!(
            start.elapsed(),
            latency[slowest],
            "left: how long four checks took, right: the slowest of them; one did not begin before another had ended",
        );
    }
}
