use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_std::channel::{Receiver, Sender, unbounded};
use async_std::task;
use interleave::CountingWaker;
use stampede::{Geocoder, Point, Provider, Unavailable};

type Answer = Result<Point, Unavailable>;

const HERE: Point = Point { north: 48, east: 11 };
const THERE: Point = Point { north: 52, east: 13 };

/// Answers when the test says so, and notes what it is asked.
#[derive(Clone)]
struct Atlas {
    asked: Arc<Mutex<Vec<String>>>,
    answers: Arc<HashMap<&'static str, Receiver<Answer>>>,
}

impl Provider for Atlas {
    async fn ask(&self, address: &str) -> Answer {
        self.asked.lock().unwrap().push(address.to_owned());
        match self.answers.get(address) {
            Some(answers) => answers.recv().await.unwrap(),
            None => Ok(somewhere(address)),
        }
    }
}

/// Where an address is if the provider need not wait for the test.
fn somewhere(address: &str) -> Point {
    Point { north: i32::try_from(address.len()).unwrap(), east: 0 }
}

impl Atlas {
    /// How often it was asked for `address`.
    fn asked(&self, address: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == address).count()
    }
}

/// A geocoder whose provider waits for the test before it answers where these addresses are.
fn geocoder<const SLOW: usize>(slow: [&'static str; SLOW]) -> (Geocoder<Atlas>, Atlas, [Sender<Answer>; SLOW]) {
    let channels = slow.map(|address| (address, unbounded()));
    let answers = channels.iter().map(|(address, (_, answers))| (*address, answers.clone())).collect();
    let atlas = Atlas { asked: Arc::default(), answers: Arc::new(answers) };
    (Geocoder::new(atlas.clone()), atlas, channels.map(|(_, (answer, _))| answer))
}

/// The provider answers the next question.
fn answer(answers: &Sender<Answer>, answer: Answer) {
    answers.try_send(answer).unwrap();
}

#[interleave::test(runtime = "async-std")]
async fn callers_at_once_cost_one_question() {
    let (geocoder, atlas, [answers]) = geocoder(["Elm Street 1"]);
    let waker = CountingWaker::new();
    let mut callers: Vec<_> = (0..4).map(|_| Box::pin(geocoder.locate("Elm Street 1"))).collect();
    for caller in &mut callers {
        assert_eq!(waker.poll(caller.as_mut()), Poll::Pending, "the provider has not answered yet");
    }
    assert_eq!(atlas.asked("Elm Street 1"), 1, "four callers wait for one address; left: how often it was asked for");
    answer(&answers, Ok(HERE));
    for (number, mut caller) in callers.into_iter().enumerate() {
        let located = waker.poll(caller.as_mut());
        assert_eq!(located, Poll::Ready(Ok(HERE)), "the provider has answered; left: what caller {number} got");
    }
    assert_eq!(atlas.asked("Elm Street 1"), 1, "four callers have their answer; left: how often it was asked for");
}

#[interleave::test(runtime = "async-std")]
async fn callers_in_two_tasks_cost_one_question() {
    let (geocoder, atlas, []) = geocoder([]);
    let geocoder = Arc::new(geocoder);
    let other = task::spawn({
        let geocoder = Arc::clone(&geocoder);
        async move { geocoder.locate("Elm Street 1").await }
    });
    let located = geocoder.locate("Elm Street 1").await;
    let expected = Ok(somewhere("Elm Street 1"));
    assert_eq!((located, other.await), (expected, expected), "two tasks asked where one address is");
    assert_eq!(
        atlas.asked("Elm Street 1"),
        1,
        "two tasks asked where one address is; left: how often it was asked for"
    );
}

#[interleave::test(runtime = "async-std")]
async fn a_known_address_costs_nothing() {
    let (geocoder, atlas, [answers]) = geocoder(["Elm Street 1"]);
    for _ in 0..3 {
        // Two of these answers are not asked for.
        answer(&answers, Ok(HERE));
        assert_eq!(geocoder.locate("Elm Street 1").await, Ok(HERE), "left: where the address is");
    }
    assert_eq!(atlas.asked("Elm Street 1"), 1, "three callers, one after the other; left: how often it was asked for");
}

#[interleave::test(runtime = "async-std")]
async fn another_address_waits_for_nobody() {
    let (geocoder, _atlas, _answers) = geocoder(["Elm Street 1"]);
    let waker = CountingWaker::new();
    assert_eq!(geocoder.locate("Oak Street").await, Ok(somewhere("Oak Street")), "left: where the address is");
    let mut slow = pin!(geocoder.locate("Elm Street 1"));
    assert_eq!(waker.poll(slow.as_mut()), Poll::Pending, "the provider has not answered yet");
    let others = (0..40).map(|number| format!("{:number$}", "Elm Street 2"));
    for address in others.chain(["Oak Street".to_owned()]) {
        let mut other = pin!(geocoder.locate(&address));
        assert_eq!(
            waker.poll(other.as_mut()),
            Poll::Ready(Ok(somewhere(&address))),
            "the provider knows {address:?}, and has not answered where another address is; left: what this caller got"
        );
    }
}

#[interleave::test(runtime = "async-std")]
async fn two_addresses_are_asked_for_at_the_same_time() {
    let (geocoder, atlas, [elm, oak]) = geocoder(["Elm Street 1", "Oak Street 1"]);
    let waker = CountingWaker::new();
    let mut first = pin!(geocoder.locate("Elm Street 1"));
    let mut second = pin!(geocoder.locate("Oak Street 1"));
    assert_eq!(waker.poll(first.as_mut()), Poll::Pending, "the provider has not answered yet");
    assert_eq!(waker.poll(second.as_mut()), Poll::Pending, "the provider has not answered yet");
    assert_eq!(atlas.asked("Oak Street 1"), 1, "nobody else asks for this address; left: how often it was asked for");
    answer(&oak, Ok(THERE));
    assert_eq!(waker.poll(second.as_mut()), Poll::Ready(Ok(THERE)), "the provider has answered the second question");
    answer(&elm, Ok(HERE));
    assert_eq!(waker.poll(first.as_mut()), Poll::Ready(Ok(HERE)), "the provider has answered the first question");
}

#[interleave::test(runtime = "async-std")]
async fn each_address_has_its_own_point() {
    let (geocoder, _atlas, []) = geocoder([]);
    for address in ["Elm Street 1", "Oak Street 10", "", "Elm Street 1"] {
        assert_eq!(geocoder.locate(address).await, Ok(somewhere(address)), "left: where {address:?} is");
    }
}

#[interleave::test(runtime = "async-std")]
async fn a_question_without_an_answer_is_not_remembered() {
    let (geocoder, atlas, [answers]) = geocoder(["Elm Street 1"]);
    answer(&answers, Err(Unavailable));
    assert_eq!(geocoder.locate("Elm Street 1").await, Err(Unavailable), "the provider has not answered");
    answer(&answers, Ok(HERE));
    assert_eq!(geocoder.locate("Elm Street 1").await, Ok(HERE), "asked again, and the provider has answered");
    assert_eq!(atlas.asked("Elm Street 1"), 2, "it answered the second question; left: how many there were");
}

#[interleave::test(runtime = "async-std")]
async fn a_caller_who_waits_asks_again_after_a_failure() {
    let (geocoder, atlas, [answers]) = geocoder(["Elm Street 1"]);
    let waker = CountingWaker::new();
    let mut first = pin!(geocoder.locate("Elm Street 1"));
    assert_eq!(waker.poll(first.as_mut()), Poll::Pending, "the provider has not answered yet");
    let mut others: Vec<_> = (0..3).map(|_| Box::pin(geocoder.locate("Elm Street 1"))).collect();
    for other in &mut others {
        assert_eq!(waker.poll(other.as_mut()), Poll::Pending, "the provider has not answered yet");
    }
    answer(&answers, Err(Unavailable));
    assert_eq!(waker.poll(first.as_mut()), Poll::Ready(Err(Unavailable)), "it asked, and the provider did not answer");
    for other in &mut others {
        assert_eq!(waker.poll(other.as_mut()), Poll::Pending, "it waits for the answer to another question");
    }
    assert_eq!(
        atlas.asked("Elm Street 1"),
        2,
        "the first question failed, three wait; left: how many questions there were"
    );
    answer(&answers, Ok(HERE));
    for _ in 0..2 {
        // The caller who asked comes first, and then the others.
        others.retain_mut(|other| match waker.poll(other.as_mut()) {
            Poll::Pending => true,
            Poll::Ready(located) => {
                assert_eq!(located, Ok(HERE), "the provider has answered the second question");
                false
            }
        });
    }
    assert!(others.is_empty(), "the provider has answered the second question, and {} callers wait on", others.len());
    assert_eq!(atlas.asked("Elm Street 1"), 2, "the second question was answered; left: how many questions there were");
}

#[interleave::test(runtime = "async-std")]
async fn a_caller_who_gives_up_leaves_the_question_to_the_next() {
    let (geocoder, _atlas, [answers]) = geocoder(["Elm Street 1"]);
    let waker = CountingWaker::new();
    let mut other = pin!(geocoder.locate("Elm Street 1"));
    {
        let mut first = pin!(geocoder.locate("Elm Street 1"));
        assert_eq!(CountingWaker::new().poll(first.as_mut()), Poll::Pending, "the provider has not answered yet");
        assert_eq!(waker.poll(other.as_mut()), Poll::Pending, "the provider has not answered yet");
        // Here a timeout expires, and the first caller gives up.
    }
    assert!(waker.wakes() > 0, "the caller who asked has given up, and the one who waits was not woken");
    let _ = waker.poll(other.as_mut());
    answer(&answers, Ok(HERE));
    let mut late = pin!(geocoder.locate("Elm Street 1"));
    let _ = waker.poll(late.as_mut());
    assert_eq!(
        waker.poll(other.as_mut()),
        Poll::Ready(Ok(HERE)),
        "the first caller gave up, and the provider answers; left: what the caller got who waited"
    );
    assert_eq!(waker.poll(late.as_mut()), Poll::Ready(Ok(HERE)), "the address is known; left: what a late caller got");
}

#[interleave::test(runtime = "async-std")]
async fn callers_who_wait_sleep() {
    let (geocoder, _atlas, [answers]) = geocoder(["Elm Street 1"]);
    let mut first = pin!(geocoder.locate("Elm Street 1"));
    assert_eq!(CountingWaker::new().poll(first.as_mut()), Poll::Pending, "the provider has not answered yet");
    let waker = CountingWaker::new();
    let mut other = pin!(geocoder.locate("Elm Street 1"));
    assert_eq!(waker.poll(other.as_mut()), Poll::Pending, "the provider has not answered yet");
    if cfg!(feature = "explore") {
        // Only exploring has a clock on which an hour takes no time.
        task::sleep(Duration::from_secs(3600)).await;
    }
    assert_eq!(waker.wakes(), 0, "the provider has not answered; left: how often a caller who waits was woken");
    answer(&answers, Ok(HERE));
    assert_eq!(first.await, Ok(HERE), "the provider has answered the first caller");
    assert!(waker.wakes() > 0, "the provider has answered the first caller, and the one who waits was not woken");
    assert_eq!(waker.poll(other.as_mut()), Poll::Ready(Ok(HERE)), "the provider has answered the first caller");
}

#[interleave::test(runtime = "async-std")]
async fn each_geocoder_has_a_memory_of_its_own() {
    for point in [HERE, THERE] {
        let (geocoder, _atlas, [answers]) = geocoder(["Elm Street 1"]);
        answer(&answers, Ok(point));
        assert_eq!(geocoder.locate("Elm Street 1").await, Ok(point), "left: what another provider has answered");
    }
}
