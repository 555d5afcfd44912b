use std::array;
use std::collections::HashMap;
use std::pin::{Pin, pin};
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
    answers: Arc<HashMap<String, Receiver<Answer>>>,
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
fn geocoder<const SLOW: usize>(slow: [&str; SLOW]) -> (Geocoder<Atlas>, Atlas, [Sender<Answer>; SLOW]) {
    let channels = slow.map(|address| (address, unbounded()));
    let answers = channels.iter().map(|(address, (_, answers))| ((*address).to_owned(), answers.clone())).collect();
    let atlas = Atlas { asked: Arc::default(), answers: Arc::new(answers) };
    (Geocoder::new(atlas.clone()), atlas, channels.map(|(_, (answer, _))| answer))
}

/// The provider answers the next question.
fn answer(answers: &Sender<Answer>, answer: Answer) {
    answers.try_send(answer).unwrap();
}

/// A caller in a task of its own. The task is polled at the beginning, and whenever it was woken.
struct Caller<'a> {
    locating: Pin<Box<dyn Future<Output = Answer> + 'a>>,
    task: CountingWaker,
    /// How many of its wakes were followed by a poll.
    polled: usize,
    located: Option<Answer>,
}

impl<'a> Caller<'a> {
    fn new(geocoder: &'a Geocoder<Atlas>, address: &'a str) -> Self {
        let mut caller =
            Self { locating: Box::pin(geocoder.locate(address)), task: CountingWaker::new(), polled: 0, located: None };
        caller.poll();
        caller
    }

    fn is_woken(&self) -> bool {
        self.located.is_none() && self.task.wakes() > self.polled
    }

    fn poll(&mut self) {
        self.polled = self.task.wakes();
        if let Poll::Ready(located) = self.task.poll(self.locating.as_mut()) {
            self.located = Some(located);
        }
    }
}

/// Polls the callers that were woken, until none of them is. Returns what each of them has got.
fn run(callers: &mut [Caller<'_>]) -> Vec<Option<Answer>> {
    // A caller that wakes itself again and again is not asleep, but that is for another test to say.
    for _ in 0..100 {
        match callers.iter_mut().find(|caller| caller.is_woken()) {
            Some(caller) => caller.poll(),
            None => break,
        }
    }
    callers.iter().map(|caller| caller.located).collect()
}

#[interleave::test(runtime = "async-std")]
async fn callers_at_once_cost_one_question() {
    let (geocoder, atlas, [answers]) = geocoder(["Elm Street 1"]);
    let mut callers: Vec<_> = (0..4).map(|_| Caller::new(&geocoder, "Elm Street 1")).collect();
    assert_eq!(run(&mut callers), [None; 4], "the provider has not answered yet; left: what each caller got");
    assert_eq!(atlas.asked("Elm Street 1"), 1, "four callers wait for one address; left: how often it was asked for");
    answer(&answers, Ok(HERE));
    assert_eq!(
        run(&mut callers),
        [Some(Ok(HERE)); 4],
        "the provider has answered; left: what each caller got, who is polled only when it was woken"
    );
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
async fn two_tasks_ask_one_after_the_other_if_the_first_question_fails() {
    let (geocoder, atlas, [answers]) = geocoder(["Elm Street 1"]);
    let geocoder = Arc::new(geocoder);
    answer(&answers, Err(Unavailable));
    answer(&answers, Ok(HERE));
    let other = task::spawn({
        let geocoder = Arc::clone(&geocoder);
        async move { geocoder.locate("Elm Street 1").await }
    });
    let mut located = [geocoder.locate("Elm Street 1").await, other.await];
    located.sort_by_key(Result::is_ok);
    assert_eq!(
        located,
        [Err(Unavailable), Ok(HERE)],
        "the first question failed and the second did not; left: what the two tasks got that asked"
    );
    assert_eq!(atlas.asked("Elm Street 1"), 2, "left: how often the address was asked for");
}

#[interleave::test(runtime = "async-std")]
async fn a_task_asks_if_another_one_gives_up() {
    let (geocoder, _atlas, [answers]) = geocoder(["Elm Street 1"]);
    let geocoder = Arc::new(geocoder);
    let other = task::spawn({
        let geocoder = Arc::clone(&geocoder);
        async move { geocoder.locate("Elm Street 1").await }
    });
    {
        let mut locating = pin!(geocoder.locate("Elm Street 1"));
        assert_eq!(CountingWaker::new().poll(locating.as_mut()), Poll::Pending, "the provider has not answered yet");
        // Here a timeout expires, whether this caller asks or waits.
    }
    answer(&answers, Ok(HERE));
    assert_eq!(
        other.await,
        Ok(HERE),
        "one caller gave up, and the provider has answered; left: what the other one got"
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
async fn a_hundred_addresses_are_asked_for_at_the_same_time() {
    let streets: [String; 100] = array::from_fn(|number| format!("Street {number}"));
    let (geocoder, atlas, answers) = geocoder(streets.each_ref().map(String::as_str));
    let mut callers = streets.each_ref().map(|street| Caller::new(&geocoder, street));
    for street in &streets {
        assert_eq!(atlas.asked(street), 1, "nobody else asks for {street}; left: how often it was asked for");
    }
    // The last one is answered first.
    for (number, answers) in answers.iter().enumerate().rev() {
        answer(answers, Ok(somewhere(&streets[number])));
        let located = run(&mut callers)[number];
        assert_eq!(
            located,
            Some(Ok(somewhere(&streets[number]))),
            "the provider has answered where {} is, and nothing else; left: what the caller got",
            streets[number]
        );
    }
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
    let mut callers: Vec<_> = (0..4).map(|_| Caller::new(&geocoder, "Elm Street 1")).collect();
    answer(&answers, Err(Unavailable));
    assert_eq!(
        run(&mut callers),
        [Some(Err(Unavailable)), None, None, None],
        "the first caller asked, and the provider did not answer; left: what the four callers got"
    );
    assert_eq!(
        atlas.asked("Elm Street 1"),
        2,
        "the first question failed, and three callers wait; left: how many questions there were"
    );
    answer(&answers, Ok(HERE));
    assert_eq!(
        run(&mut callers)[1..],
        [Some(Ok(HERE)); 3],
        "the provider has answered the second question; left: what the three callers got who waited"
    );
    assert_eq!(atlas.asked("Elm Street 1"), 2, "the second question was answered; left: how many questions there were");
}

#[interleave::test(runtime = "async-std")]
async fn a_caller_who_comes_after_a_failure_waits_for_the_second_question() {
    let (geocoder, atlas, [answers]) = geocoder(["Elm Street 1"]);
    let mut callers: Vec<_> = (0..2).map(|_| Caller::new(&geocoder, "Elm Street 1")).collect();
    answer(&answers, Err(Unavailable));
    run(&mut callers);
    callers.push(Caller::new(&geocoder, "Elm Street 1"));
    assert_eq!(
        atlas.asked("Elm Street 1"),
        2,
        "the first question failed, the second caller asks, and a third one has come; left: how many questions"
    );
    answer(&answers, Ok(HERE));
    assert_eq!(
        run(&mut callers)[1..],
        [Some(Ok(HERE)); 2],
        "the provider has answered the second question; left: what the second and the third caller got"
    );
    callers.push(Caller::new(&geocoder, "Elm Street 1"));
    assert_eq!(callers[3].located, Some(Ok(HERE)), "the address is known; left: what a late caller got");
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
async fn a_caller_who_gives_up_waiting_changes_nothing() {
    let (geocoder, atlas, [answers]) = geocoder(["Elm Street 1"]);
    let mut callers: Vec<_> = (0..3).map(|_| Caller::new(&geocoder, "Elm Street 1")).collect();
    // A timeout expires, and the second caller gives up.
    callers.remove(1);
    callers.push(Caller::new(&geocoder, "Elm Street 1"));
    assert_eq!(
        atlas.asked("Elm Street 1"),
        1,
        "the first caller asks, another one has given up waiting; left: how often the address was asked for"
    );
    answer(&answers, Ok(HERE));
    assert_eq!(
        run(&mut callers),
        [Some(Ok(HERE)); 3],
        "one caller has given up waiting, and the provider has answered; left: what the others got"
    );
}

#[interleave::test(runtime = "async-std")]
async fn a_caller_who_was_woken_and_gives_up_leaves_the_question_to_the_next() {
    let (geocoder, atlas, [answers]) = geocoder(["Elm Street 1"]);
    let mut callers: Vec<_> = (0..3).map(|_| Caller::new(&geocoder, "Elm Street 1")).collect();
    answer(&answers, Err(Unavailable));
    callers.remove(0).poll();
    let woken = callers.iter().position(Caller::is_woken);
    // A timeout expires before this caller is polled.
    callers.remove(woken.expect("the first question failed, and none of those who wait was woken"));
    run(&mut callers);
    assert_eq!(
        atlas.asked("Elm Street 1"),
        2,
        "the first question failed, the caller who was woken gave up, and another one waits; left: how many questions \
         there were"
    );
    answer(&answers, Ok(HERE));
    assert_eq!(run(&mut callers), [Some(Ok(HERE))], "the provider has answered the second question");
}

#[interleave::test(runtime = "async-std")]
async fn callers_who_wait_sleep() {
    let (geocoder, _atlas, [answers]) = geocoder(["Elm Street 1"]);
    let mut callers: Vec<_> = (0..3).map(|_| Caller::new(&geocoder, "Elm Street 1")).collect();
    if cfg!(feature = "explore") {
        // Only exploring has a clock on which an hour takes no time.
        task::sleep(Duration::from_secs(3600)).await;
    }
    let wakes: Vec<_> = callers.iter().map(|caller| caller.task.wakes()).collect();
    assert_eq!(wakes, [0; 3], "the provider has not answered; left: how often each caller was woken");
    answer(&answers, Ok(HERE));
    run(&mut callers);
    assert!(
        callers.iter().all(|caller| caller.task.wakes() > 0),
        "the provider has answered, and a caller was not woken"
    );
}

#[interleave::test(runtime = "async-std")]
async fn a_caller_who_moves_to_another_task_is_woken_there() {
    let (geocoder, _atlas, [answers]) = geocoder(["Elm Street 1"]);
    let mut callers: Vec<_> = (0..2).map(|_| Caller::new(&geocoder, "Elm Street 1")).collect();
    callers[1].task = CountingWaker::new();
    callers[1].poll();
    answer(&answers, Ok(HERE));
    assert_eq!(
        run(&mut callers),
        [Some(Ok(HERE)); 2],
        "a caller who waits was polled by another task, and then the provider has answered; left: what the callers got"
    );
}

#[interleave::test(runtime = "async-std")]
async fn each_geocoder_has_a_memory_of_its_own() {
    for point in [HERE, THERE] {
        let (geocoder, _atlas, [answers]) = geocoder(["Elm Street 1"]);
        answer(&answers, Ok(point));
        assert_eq!(geocoder.locate("Elm Street 1").await, Ok(point), "left: what another provider has answered");
    }
}
