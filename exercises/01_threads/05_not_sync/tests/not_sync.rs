use std::ops::Deref;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use not_sync::{Letter, Phrases};

/// What `get` returned, whatever owns the text.
fn text<T: Deref<Target: AsRef<str>>>(phrase: &Option<T>) -> Option<&str> {
    phrase.as_ref().map(|text| (**text).as_ref())
}

/// The address of the text that `get` returned.
fn address<T: Deref<Target: AsRef<str>>>(phrase: &Option<T>) -> Option<usize> {
    text(phrase).map(|text| text.as_ptr().addr())
}

/// Two phrases.
fn phrases() -> Phrases {
    let phrases = Phrases::new();
    phrases.keep("greeting", "Dear reader,");
    phrases.keep("ending", "Yours sincerely");
    phrases
}

/// A letter of phrases. `?` stands for one that is not known.
struct Plain(&'static [&'static str]);

impl Letter for Plain {
    fn write(&self, phrases: &Phrases) -> String {
        let texts = self.0.iter().map(|name| text(&phrases.get(name)).unwrap_or("?").to_owned());
        texts.collect::<Vec<_>>().join(" ")
    }
}

/// A letter that takes so many seconds in explore mode, where the clock moves only when every thread sleeps.
struct Slow(u64);

impl Letter for Slow {
    fn write(&self, _: &Phrases) -> String {
        if cfg!(feature = "explore") {
            thread::sleep(Duration::from_secs(self.0));
        }
        self.0.to_string()
    }
}

/// A letter that is written when all others are being written as well.
struct Together<'a>(&'a Barrier);

impl Letter for Together<'_> {
    fn write(&self, phrases: &Phrases) -> String {
        let greeting = phrases.get("greeting");
        self.0.wait();
        text(&greeting).unwrap_or("?").to_owned()
    }
}

/// A letter that keeps a phrase, which is its own name, for the others.
struct Teaches(&'static str);

impl Letter for Teaches {
    fn write(&self, phrases: &Phrases) -> String {
        phrases.keep(self.0, self.0);
        text(&phrases.get(self.0)).unwrap_or("?").to_owned()
    }
}

#[interleave::test]
fn letters_are_written_from_shared_phrases() {
    let phrases = phrases();
    let written = phrases.write_all(&[Plain(&["greeting", "ending"]), Plain(&["greeting"]), Plain(&[])]);
    assert_eq!(written, ["Dear reader, Yours sincerely", "Dear reader,", ""], "left: three letters, one of them empty");
    let none = phrases.write_all::<Plain>(&[]);
    assert!(none.is_empty(), "no letters were to be written, and these were: {none:?}");
}

#[interleave::test]
fn three_letters_take_as_long_as_the_longest() {
    let begun = Instant::now();
    let written = Phrases::new().write_all(&[Slow(10), Slow(30), Slow(20)]);
    let took = begun.elapsed();
    assert_eq!(
        written,
        ["10", "30", "20"],
        "left: three letters, in their order; the first was ready first, then the third"
    );
    if cfg!(feature = "explore") {
        // Only the clock of explore mode stands still while a thread runs.
        assert_eq!(
            took,
            Duration::from_secs(30),
            "three letters of up to 30 s took so long (left): they waited for each other"
        );
    }
}

#[interleave::test(real_only)]
fn forty_letters_are_written_at_the_same_time() {
    let (phrases, all) = (phrases(), Barrier::new(40));
    let letters: Vec<_> = (0..40).map(|_| Together(&all)).collect();
    let written = phrases.write_all(&letters);
    assert_eq!(written, ["Dear reader,"; 40], "each of forty letters waited for all others (left: the letters)");
}

#[interleave::test]
fn every_missed_phrase_is_counted() {
    let phrases = phrases();
    let written = phrases.write_all(&[Plain(&["date"]), Plain(&["greeting", "place"])]);
    assert_eq!(written, ["?", "Dear reader, ?"], "left: two letters, each with a phrase that is not known");
    assert_eq!(phrases.missed(), 2, "two threads missed a phrase each (left: how many were counted)");
}

#[interleave::test]
fn only_missed_phrases_are_counted() {
    let phrases = phrases();
    assert_eq!(phrases.missed(), 0, "nobody has asked for a phrase yet (left)");
    phrases.get("ending");
    assert_eq!(phrases.missed(), 0, "the only phrase that was asked for is known (left)");
    let found = [phrases.get("date"), phrases.get("date"), phrases.get("Ending")].map(|phrase| phrase.is_some());
    assert_eq!(found, [false; 3], "three phrases that are not known were asked for (left: whether they were found)");
    assert_eq!(
        [phrases.missed(), phrases.missed()],
        [3, 3],
        "three phrases were missed; `missed` was called twice (left)"
    );
    phrases.keep("date", "1 May");
    phrases.get("date");
    assert_eq!(phrases.missed(), 3, "a phrase was missed, kept later and then found (left: how many were missed)");
}

#[interleave::test]
fn all_callers_share_one_text() {
    let phrases = Arc::new(phrases());
    let there = Arc::clone(&phrases);
    let other = thread::spawn(move || there.get("greeting"));
    let own = phrases.get("greeting");
    let theirs = other.join().unwrap();
    assert_eq!([text(&own), text(&theirs)], [Some("Dear reader,"); 2], "left: what two threads got for one phrase");
    assert_eq!(address(&own), address(&theirs), "two threads asked for one phrase, and each got a copy of the text");
}

#[interleave::test]
fn a_new_phrase_takes_the_place_of_the_old_one() {
    let phrases = phrases();
    let old = phrases.get("greeting");
    phrases.keep("greeting", "Hello!");
    assert_eq!(text(&phrases.get("greeting")), Some("Hello!"), "left: the phrase after another text was kept");
    assert_eq!(text(&old), Some("Dear reader,"), "left: the old text, which a letter still holds");
    assert_eq!(text(&phrases.get("ending")), Some("Yours sincerely"), "left: a phrase that was not changed");
}

#[interleave::test]
fn a_letter_may_keep_a_phrase() {
    let phrases = phrases();
    let written = phrases.write_all(&[Teaches("thanks"), Teaches("thanks")]);
    assert_eq!(written, ["thanks"; 2], "left: two letters that keep a phrase and look it up");
    assert_eq!(text(&phrases.get("thanks")), Some("thanks"), "left: the phrase that both letters kept");
}

#[interleave::test]
fn two_letters_may_keep_a_phrase_each() {
    let phrases = phrases();
    phrases.write_all(&[Teaches("thanks"), Teaches("regards")]);
    let kept = ["thanks", "regards", "greeting"].map(|name| text(&phrases.get(name)).map(str::to_owned));
    assert_eq!(
        kept.each_ref().map(Option::as_deref),
        [Some("thanks"), Some("regards"), Some("Dear reader,")],
        "two threads kept a phrase each, beside the phrases that there were (left: what is known)"
    );
}

#[interleave::test]
fn two_sets_of_phrases_do_not_disturb_each_other() {
    let (english, french) = (phrases(), Phrases::new());
    french.keep("ending", "Cordialement");
    french.get("greeting");
    assert_eq!(text(&english.get("ending")), Some("Yours sincerely"), "left: a phrase that the other set has, too");
    assert_eq!(text(&french.get("ending")), Some("Cordialement"), "left: a phrase that the other set has, too");
    assert_eq!([english.missed(), french.missed()], [0, 1], "only the second set missed a phrase (left)");
}
