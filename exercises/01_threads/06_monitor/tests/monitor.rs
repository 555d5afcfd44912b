use std::collections::VecDeque;
use std::panic;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use interleave::{histories, like_the_model};
use monitor::Buffer;

/// A buffer may carry anything that can be sent: this is neither `Clone` nor `Sync` nor anything else.
struct Job(i32, std::marker::PhantomData<std::cell::Cell<()>>);

impl Job {
    fn new(number: i32) -> Self {
        Self(number, std::marker::PhantomData)
    }
}

/// A thread that puts `item` in.
fn producer(buffer: &Arc<Buffer<i32>>, item: i32) -> JoinHandle<()> {
    let buffer = Arc::clone(buffer);
    thread::spawn(move || buffer.put(item))
}

/// A thread that takes an item out.
fn consumer(buffer: &Arc<Buffer<i32>>) -> JoinHandle<i32> {
    let buffer = Arc::clone(buffer);
    thread::spawn(move || buffer.take())
}

/// Two threads that find the buffer empty, or full, and fall asleep one after the other. `spawn` is called with 3 and 4.
fn two_sleeping<T>(spawn: impl Fn(i32) -> JoinHandle<T>) -> [JoinHandle<T>; 2] {
    [3, 4].map(|number| {
        let thread = spawn(number);
        // When explored, this returns when every other thread is asleep. One that polls never is.
        interleave::settle();
        thread
    })
}

#[interleave::test(steps = 1_000)]
fn a_buffer_of_one_never_holds_two() {
    let buffer = Arc::new(Buffer::new(1));
    buffer.put(1);
    let waiting = producer(&buffer, 2);
    interleave::settle();
    let late = producer(&buffer, 3);
    assert_eq!(buffer.take(), 1, "1 was put in first");
    interleave::settle();
    let held = buffer.len();
    assert!(
        held <= 1,
        "a buffer with room for 1 item held {held}: a producer that had been waiting put its item in without checking \
         whether there was still room"
    );
    let second = buffer.take();
    for producer in [waiting, late] {
        producer.join().unwrap();
    }
    let mut rest = [second, buffer.take()];
    rest.sort();
    assert_eq!(rest, [2, 3], "two more items were put in");
}

#[interleave::test(steps = 1_000)]
fn every_item_is_taken_once() {
    let buffer = Arc::new(Buffer::new(2));
    let waiting = consumer(&buffer);
    interleave::settle();
    let late = consumer(&buffer);
    buffer.put(1);
    interleave::settle();
    buffer.put(2);
    let mut taken = [waiting, late].map(|consumer| consumer.join().unwrap());
    taken.sort();
    assert_eq!(taken, [1, 2], "two items were put in, and two consumers took one each");
    assert!(buffer.is_empty(), "all items have been taken, and `is_empty` returned false");
}

#[interleave::test]
fn items_come_out_in_the_order_they_went_in() {
    let buffer = Arc::new(Buffer::new(2));
    let there = Arc::clone(&buffer);
    let producer = thread::spawn(move || (1..=2).for_each(|number| there.put(Job::new(number))));
    let taken = [(); 2].map(|()| buffer.take().0);
    producer.join().unwrap();
    assert_eq!(taken, [1, 2], "one thread put 1 and 2 in, and one thread took them out in this order (left)");
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn one_thread_fills_and_empties_it_in_any_pattern() {
    #[derive(Debug)]
    enum Op {
        Put,
        Take,
    }
    for capacity in [1, 3] {
        histories(
            |draws| if draws.below(2) == 0 { Op::Put } else { Op::Take },
            || (Buffer::new(capacity), VecDeque::new(), 0),
            |(buffer, model, next), op| {
                match op {
                    Op::Put if model.len() < capacity => {
                        *next += 1;
                        buffer.put(*next);
                        model.push_back(*next);
                    }
                    Op::Take if !model.is_empty() => like_the_model(Some(buffer.take()), model.pop_front())?,
                    // It would wait forever.
                    Op::Put | Op::Take => {}
                }
                like_the_model((buffer.len(), buffer.is_empty()), (model.len(), model.is_empty()))
            },
        );
    }
}

#[interleave::test(real_only)]
fn there_is_room_for_as_many_items_as_promised() {
    for capacity in [1, 2, 500] {
        let buffer = Buffer::new(capacity);
        // One thread does all of it, so it would wait forever if there were less room.
        (0..capacity).for_each(|item| buffer.put(item));
        assert_eq!(buffer.len(), capacity, "the buffer has room for {capacity} items and is full");
        let taken: Vec<_> = (0..capacity).map(|_| buffer.take()).collect();
        assert!(taken.iter().copied().eq(0..capacity), "items went in as 0, 1, 2, … and came out as {taken:?}");
    }
}

#[interleave::test(steps = 1_000)]
fn every_blocked_thread_is_eventually_woken() {
    let buffer = Arc::new(Buffer::new(1));
    let consumers = two_sleeping(|_| consumer(&buffer));
    buffer.put(1);
    buffer.put(2);
    let mut taken = consumers.map(|consumer| consumer.join().unwrap());
    taken.sort();
    assert_eq!(taken, [1, 2], "two items went through a buffer of one, and two consumers took one each");
}

#[interleave::test(steps = 1_000)]
fn two_items_wake_two_consumers() {
    let buffer = Arc::new(Buffer::new(2));
    let consumers = two_sleeping(|_| consumer(&buffer));
    buffer.put(1);
    buffer.put(2);
    let mut taken = consumers.map(|consumer| consumer.join().unwrap());
    taken.sort();
    assert_eq!(taken, [1, 2], "two consumers waited, and each took one of two items");
}

#[interleave::test(steps = 1_000)]
fn room_for_two_wakes_two_producers() {
    let buffer = Arc::new(Buffer::new(2));
    buffer.put(1);
    buffer.put(2);
    let producers = two_sleeping(|item| producer(&buffer, item));
    let taken = [buffer.take(), buffer.take()];
    for producer in producers {
        producer.join().unwrap();
    }
    assert_eq!(taken, [1, 2], "these two items were put in first");
    assert_eq!(buffer.len(), 2, "there was room for both producers, and both are done");
}

#[interleave::test(spurious_wakes)]
fn a_wake_up_for_no_reason_is_no_item() {
    let buffer = Arc::new(Buffer::new(1));
    let consumer = consumer(&buffer);
    buffer.put(1);
    assert_eq!(consumer.join().unwrap(), 1, "1 is the only item");
}

#[interleave::test(spurious_wakes)]
fn a_wake_up_for_no_reason_is_no_room() {
    let buffer = Arc::new(Buffer::new(1));
    buffer.put(1);
    let producer = producer(&buffer, 2);
    let held = buffer.len();
    assert_eq!(held, 1, "a buffer with room for 1 item held {held}: its producer was woken for no reason");
    assert_eq!(buffer.take(), 1, "1 was put in first");
    producer.join().unwrap();
}

#[interleave::test(steps = 1_000)]
fn a_blocked_thread_sleeps_until_it_is_notified() {
    let buffer = Arc::new(Buffer::new(1));
    let consumer = consumer(&buffer);
    interleave::settle();
    assert!(buffer.is_empty(), "nothing was put in yet, and a consumer waits");
    buffer.put(1);
    assert_eq!(consumer.join().unwrap(), 1, "the item wakes the consumer");

    buffer.put(2);
    let producer = producer(&buffer, 3);
    interleave::settle();
    assert_eq!(buffer.len(), 1, "there is room for one item, so the second producer waits");
    assert_eq!([buffer.take(), buffer.take()], [2, 3], "the room wakes the producer");
    producer.join().unwrap();
}

#[interleave::test]
fn the_count_is_exact_while_others_are_busy() {
    let buffer = Arc::new(Buffer::new(3));
    buffer.put(1);
    let producer = producer(&buffer, 2);
    let (count, empty) = (buffer.len(), buffer.is_empty());
    producer.join().unwrap();
    assert!(count == 1 || count == 2, "one item was in the buffer and another one was put in; `len` returned {count}");
    assert!(!empty, "an item was in the buffer, and `is_empty` returned true");
}

#[interleave::test]
fn a_buffer_without_items_is_empty_while_it_is_in_use() {
    let buffer = Arc::new(Buffer::new(1));
    let consumer = consumer(&buffer);
    let (count, empty) = (buffer.len(), buffer.is_empty());
    buffer.put(1);
    assert_eq!(consumer.join().unwrap(), 1, "1 is the only item");
    assert_eq!(count, 0, "a consumer was just calling `take` on an empty buffer, and `len` returned {count}");
    assert!(empty, "a consumer was just calling `take` on an empty buffer, and `is_empty` returned false");
}

#[interleave::test]
fn the_count_changes_together_with_the_items() {
    let buffer = Arc::new(Buffer::new(1));
    let producer = producer(&buffer, 1);
    assert_eq!(buffer.take(), 1, "1 is the only item");
    let left = buffer.len();
    producer.join().unwrap();
    assert_eq!(left, 0, "the only item was put in and taken out, and then `len` returned another number (left)");
}

#[interleave::test(steps = 1_000)]
fn two_buffers_do_not_disturb_each_other() {
    let (jobs, results) = (Arc::new(Buffer::new(1)), Arc::new(Buffer::new(1)));
    let waiting = [consumer(&jobs), consumer(&results)];
    interleave::settle();
    results.put(2);
    jobs.put(1);
    assert_eq!(waiting.map(|consumer| consumer.join().unwrap()), [1, 2], "each buffer had one item and one consumer");
    jobs.put(3);
    assert!(results.is_empty(), "nothing was put into this buffer, but something into another one");
    results.put(4);
    assert_eq!([jobs.take(), results.take()], [3, 4], "both buffers of one were full");
}

#[interleave::test]
fn a_buffer_without_room_is_refused() {
    let buffer = panic::catch_unwind(|| Buffer::<i32>::new(0));
    assert!(buffer.is_err(), "`new(0)` made a buffer that nothing can ever pass through");
}
