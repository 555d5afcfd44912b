use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use interleave::CountingWaker;
use lagged::{Commentary, Entry, Reader};

fn line(text: &str) -> Entry {
    Entry::Line(text.to_owned())
}

fn say_all(commentary: &Commentary, lines: &[&str]) {
    for line in lines {
        commentary.say(line);
    }
}

#[interleave::test]
async fn a_slow_reader_reads_on() {
    let commentary = Commentary::new(2);
    let mut reader = commentary.reader();
    say_all(&commentary, &["kick-off", "corner", "foul", "penalty", "goal"]);
    for expected in [Entry::Missed(3), line("penalty"), line("goal")] {
        assert_eq!(
            reader.next().await,
            Some(expected),
            "of five lines, the last two are kept. `None` says that the commentary has ended, which it has not"
        );
    }
    commentary.say("half-time");
    assert_eq!(reader.next().await, Some(line("half-time")), "a reader that was too slow before reads on");
}

#[interleave::test(real_only)] // one thread, and nothing to wait for
async fn catching_up_reads_on_as_well() {
    let commentary = Commentary::new(2);
    let mut reader = commentary.reader();
    assert_eq!(reader.catch_up(), [], "nothing has been said");
    say_all(&commentary, &["kick-off", "corner", "foul", "penalty", "goal"]);
    let caught_up = [Entry::Missed(3), line("penalty"), line("goal")];
    assert_eq!(reader.catch_up(), caught_up, "of five lines, the last two are kept");
    assert_eq!(reader.catch_up(), [], "everything was read");
    commentary.say("half-time");
    drop(commentary);
    assert_eq!(reader.catch_up(), [line("half-time")], "one more line was said, and the commentary has ended");
    assert_eq!(reader.catch_up(), [], "everything was read, and the commentary has ended");
}

#[interleave::test(real_only)] // one thread, and nothing to wait for
async fn a_commentary_keeps_as_many_lines_as_it_says() {
    for (kept, rounded) in [(1, 1), (3, 4), (200, 256)] {
        let commentary = Commentary::new(kept);
        let mut reader = commentary.reader();
        (0..=rounded).for_each(|number| commentary.say(&number.to_string()));
        let mut expected = vec![Entry::Missed(1)];
        expected.extend((1..=rounded).map(|number| line(&number.to_string())));
        let caught_up = reader.catch_up();
        assert_eq!(
            caught_up.len(),
            expected.len(),
            "{kept}, rounded up to a power of two, is {rounded}; one more line was said; left: how many entries"
        );
        assert_eq!(caught_up, expected, "{rounded} lines are kept, and one line more was said");
    }
}

#[interleave::test(real_only)] // one thread, and nothing to wait for
async fn catching_up_begins_where_next_stopped() {
    let commentary = Commentary::new(2);
    let mut reader = commentary.reader();
    say_all(&commentary, &["kick-off", "corner", "foul", "penalty", "goal"]);
    assert_eq!(reader.next().await, Some(Entry::Missed(3)), "of five lines, the last two are kept");
    assert_eq!(reader.catch_up(), [line("penalty"), line("goal")], "the reader knows of the three lines before");
}

/// Moves `position`, the number of the next line, past `entry`. Lines are numbers from 0.
fn account(position: &mut u64, entry: Entry) {
    match entry {
        Entry::Line(number) => {
            assert_eq!(
                number,
                position.to_string(),
                "left: the line that was read; right: the number of lines that were read or missed before"
            );
            *position += 1;
        }
        Entry::Missed(lines) => {
            assert!(lines > 0, "no line was missed after {position}, and the reader was told that some were");
            *position += lines;
        }
    }
}

async fn read_all(mut reader: Reader) -> u64 {
    let mut position = 0;
    while let Some(entry) = reader.next().await {
        account(&mut position, entry);
    }
    position
}

#[interleave::test]
async fn every_line_is_read_or_counted() {
    let commentary = Commentary::new(1);
    let mut reader = commentary.reader();
    let saying = tokio::spawn(async move { say_all(&commentary, &["0", "1", "2"]) });
    let mut position = 0;
    for entry in reader.catch_up() {
        account(&mut position, entry);
    }
    while let Some(entry) = reader.next().await {
        account(&mut position, entry);
    }
    assert_eq!(position, 3, "three lines were said; left: how many the reader has read or missed");
    saying.await.unwrap();
}

#[interleave::test]
async fn a_reader_reads_to_the_end() {
    let commentary = Commentary::new(2);
    let reader = commentary.reader();
    let mut late = commentary.reader();
    let reading = tokio::spawn(read_all(reader));
    say_all(&commentary, &["0", "1", "2"]);
    drop(commentary);
    assert_eq!(reading.await.unwrap(), 3, "three lines were said; left: how many a reader has read or missed");
    for expected in [Some(Entry::Missed(1)), Some(line("1")), Some(line("2")), None, None] {
        assert_eq!(late.next().await, expected, "of three lines, two are kept, and then the commentary has ended");
    }
}

#[interleave::test(flavor = "current_thread")]
async fn a_reader_that_waits_sleeps() {
    let commentary = Commentary::new(2);
    let mut reader = commentary.reader();
    let waker = CountingWaker::new();
    let mut next = pin!(reader.next());
    assert!(waker.poll(next.as_mut()).is_pending(), "nothing has been said, and the commentary has not ended");
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(waker.wakes(), 0, "nothing was said for ten minutes; left: how often the reader was woken");
    assert!(waker.poll(next.as_mut()).is_pending(), "nothing was said for ten minutes, and the reader is at the end");
    commentary.say("goal");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(waker.wakes() > 0, "a line was said, and the reader that waits for it was not woken");
    assert_eq!(waker.poll(next.as_mut()), Poll::Ready(Some(line("goal"))), "a line was said");
}

#[interleave::test]
async fn each_reader_has_a_place_of_its_own() {
    let commentary = Commentary::new(2);
    let (mut fast, mut slow) = (commentary.reader(), commentary.reader());
    for text in ["kick-off", "corner", "foul"] {
        commentary.say(text);
        assert_eq!(fast.next().await, Some(line(text)), "this reader reads every line at once, and misses none");
    }
    let mut late = commentary.reader();
    commentary.say("goal");
    assert_eq!(slow.next().await, Some(Entry::Missed(2)), "this reader has read none of four lines; two are kept");
    assert_eq!(slow.next().await, Some(line("foul")), "the older one of the two lines that are kept");
    assert_eq!(late.next().await, Some(line("goal")), "this reader came before the last of four lines");
}

#[interleave::test(real_only)] // one thread, and nothing to wait for
async fn a_line_needs_no_reader() {
    let commentary = Commentary::new(2);
    commentary.say("kick-off");
    drop(commentary.reader());
    commentary.say("corner");
    let mut reader = commentary.reader();
    commentary.say("goal");
    assert_eq!(reader.catch_up(), [line("goal")], "two lines were said before the first reader came, and one after");
}

#[interleave::test]
async fn a_reader_that_gives_up_misses_nothing() {
    let commentary = Commentary::new(2);
    let mut reader = commentary.reader();
    {
        let mut next = pin!(reader.next());
        assert!(CountingWaker::new().poll(next.as_mut()).is_pending(), "nothing has been said");
        // Here a timeout expires, and `next` is dropped.
    }
    commentary.say("goal");
    assert_eq!(reader.next().await, Some(line("goal")), "a line was said after the reader had given up waiting for it");
    say_all(&commentary, &["0", "1", "2"]);
    let mut position = 0;
    {
        let mut next = pin!(reader.next());
        if let Poll::Ready(entry) = CountingWaker::new().poll(next.as_mut()) {
            account(&mut position, entry.expect("three lines were said, and the commentary has not ended"));
        }
        // Here as well, if it was not ready.
    }
    drop(commentary);
    while let Some(entry) = reader.next().await {
        account(&mut position, entry);
    }
    assert_eq!(position, 3, "three lines were said, and one `next` was dropped; left: how many were read or missed");
}

#[interleave::test]
fn a_line_and_the_end_wake_every_reader_that_waits() {
    let commentary = Commentary::new(2);
    let mut readers = [commentary.reader(), commentary.reader()];
    let mut waiting = readers.each_mut().map(|reader| (Box::pin(reader.next()), CountingWaker::new()));
    for (next, waker) in &mut waiting {
        assert!(waker.poll(next.as_mut()).is_pending(), "nothing has been said, and the commentary has not ended");
    }
    commentary.say("goal");
    for (next, waker) in &mut waiting {
        assert!(waker.wakes() > 0, "a line was said, and one of two readers that wait for it was not woken");
        assert_eq!(waker.poll(next.as_mut()), Poll::Ready(Some(line("goal"))), "a line was said");
    }
    drop(waiting);
    let mut waiting = readers.each_mut().map(|reader| (Box::pin(reader.next()), CountingWaker::new()));
    for (next, waker) in &mut waiting {
        assert!(waker.poll(next.as_mut()).is_pending(), "the only line was read, and the commentary has not ended");
    }
    drop(commentary);
    for (next, waker) in &mut waiting {
        assert!(waker.wakes() > 0, "the commentary has ended, and one of two readers that wait was not woken");
        assert_eq!(waker.poll(next.as_mut()), Poll::Ready(None), "the commentary has ended");
    }
}
