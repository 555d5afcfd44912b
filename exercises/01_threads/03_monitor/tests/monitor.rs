use std::sync::Arc;
use std::thread;

use monitor::Buffer;

#[interleave::test]
fn a_buffer_of_one_never_holds_two() {
    let buffer = Arc::new(Buffer::new(1));
    buffer.put(1);
    let producers = [2, 3].map(|item| {
        let buffer = Arc::clone(&buffer);
        thread::spawn(move || buffer.put(item))
    });
    assert_eq!(buffer.take(), 1, "1 was put in first");
    let held = buffer.len();
    assert!(
        held <= 1,
        "a buffer with room for 1 item held {held}: a producer that had been waiting put its item in without looking \
         whether the room was still there"
    );
    let mut rest = [buffer.take(), buffer.take()];
    rest.sort();
    assert_eq!(rest, [2, 3], "two more items were put in");
    for producer in producers {
        producer.join().unwrap();
    }
}

#[interleave::test]
fn every_item_is_taken_once() {
    let buffer = Arc::new(Buffer::new(2));
    let consumers = [1, 2].map(|count| {
        let buffer = Arc::clone(&buffer);
        thread::spawn(move || (0..count).map(|_| buffer.take()).collect::<Vec<_>>())
    });
    for item in 1..=3 {
        buffer.put(item);
    }
    let mut taken: Vec<i32> = consumers.into_iter().flat_map(|consumer| consumer.join().unwrap()).collect();
    taken.sort();
    assert_eq!(taken, [1, 2, 3], "three items were put in; one consumer took one of them, another took two");
    assert!(buffer.is_empty(), "all items have been taken");
}

#[interleave::test]
fn items_come_out_in_the_order_they_went_in() {
    let buffer = Arc::new(Buffer::new(2));
    let there = Arc::clone(&buffer);
    let producer = thread::spawn(move || (1..=3).for_each(|item| there.put(item)));
    let taken = [buffer.take(), buffer.take(), buffer.take()];
    producer.join().unwrap();
    assert_eq!(taken, [1, 2, 3], "one thread put 1, 2 and 3 in, and one thread took them out");
}

#[interleave::test]
fn nobody_sleeps_for_ever() {
    let buffer = Arc::new(Buffer::new(1));
    let consumers = [(); 2].map(|()| {
        let buffer = Arc::clone(&buffer);
        thread::spawn(move || buffer.take())
    });
    let there = Arc::clone(&buffer);
    let producer = thread::spawn(move || there.put(1));
    buffer.put(2);
    producer.join().unwrap();
    let mut taken = consumers.map(|consumer| consumer.join().unwrap());
    taken.sort();
    assert_eq!(taken, [1, 2], "two producers put an item in each, and two consumers took one each");
}

#[interleave::test]
fn who_waits_sleeps_until_notified() {
    let buffer = Arc::new(Buffer::new(1));
    let there = Arc::clone(&buffer);
    let consumer = thread::spawn(move || there.take());
    // Explored, this ends when every other thread is asleep. One that looks again and again never is.
    interleave::settle();
    buffer.put(1);
    assert_eq!(consumer.join().unwrap(), 1, "the item wakes the consumer");

    buffer.put(2);
    let there = Arc::clone(&buffer);
    let producer = thread::spawn(move || there.put(3));
    interleave::settle();
    assert_eq!(buffer.len(), 1, "there is room for one item, so the second producer waits");
    assert_eq!([buffer.take(), buffer.take()], [2, 3], "the room wakes the producer");
    producer.join().unwrap();
}
