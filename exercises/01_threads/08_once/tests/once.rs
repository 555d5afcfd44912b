use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
// Counting is not what is explored here, so the counter is `core`'s own.
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use once::{Settings, Source};

type Lines = &'static [(&'static str, &'static str)];

fn owned(lines: Lines) -> Vec<(String, String)> {
    lines.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A file that counts how often it is read.
#[derive(Default)]
struct File {
    lines: Lines,
    /// How long reading it takes in explore mode, where the clock moves only when every thread sleeps.
    delay: Duration,
    reads: AtomicU32,
}

impl File {
    fn new(lines: Lines) -> Self {
        Self { lines, ..Self::default() }
    }
}

impl Source for &File {
    fn read(&self) -> Vec<(String, String)> {
        self.reads.fetch_add(1, SeqCst);
        if cfg!(feature = "explore") && !self.delay.is_zero() {
            thread::sleep(self.delay);
        }
        owned(self.lines)
    }
}

/// A file that cannot be read the first time, and says something else each time after that.
#[derive(Default)]
struct Damaged(AtomicU32);

impl Source for &Damaged {
    fn read(&self) -> Vec<(String, String)> {
        let reads = self.0.fetch_add(1, SeqCst) + 1;
        assert!(reads > 1, "a disk that is not mounted yet");
        vec![("reads".to_owned(), reads.to_string()), ("copy".to_owned(), "$reads".to_owned())]
    }
}

const SERVICE: Lines = &[("host", "example.org"), ("port", "8080"), ("mail_host", "$host")];

#[interleave::test]
fn a_value_may_stand_for_another_setting() {
    let file = File::new(SERVICE);
    let settings = Settings::new(&file);
    assert_eq!(settings.get("mail_host"), Some("example.org"), "left: the value of `mail_host = $host`");
    assert_eq!(settings.get("host"), Some("example.org"), "left: the value of `host = example.org`");
    assert_eq!(settings.get("port"), Some("8080"), "left: the value of `port = 8080`");
    assert_eq!(settings.get("user"), None, "left: the value of a setting that the file does not have");
    assert_eq!(file.reads.load(SeqCst), 1, "left: how often the file was read for four questions");
}

#[interleave::test]
fn a_reference_means_the_last_line_above_it() {
    let file = File::new(&[
        ("early", "$path"),
        ("path", "/usr"),
        ("first", "$path"),
        ("path", "/opt"),
        ("second", "$path"),
        ("third", "$second"),
        ("path", "$path"),
        ("money", "5$"),
        ("cash", "$$path"),
        ("nobody", "$"),
    ]);
    let settings = Settings::new(&file);
    for (name, value, why) in [
        ("early", "", "no line above it sets `path`"),
        ("first", "/usr", "one line above it sets `path`"),
        ("second", "/opt", "two lines above it set `path`, and the last one counts"),
        ("third", "/opt", "it stands for a setting that stands for another one"),
        ("path", "/opt", "the last line that sets `path` stands for the one above"),
        ("money", "5$", "only a value that begins with `$` stands for another one"),
        ("cash", "", "the first `$` is the sign, and no line above it sets `$path`"),
        ("nobody", "", "no line sets a setting without a name"),
    ] {
        assert_eq!(settings.get(name), Some(value), "left: the value of `{name}`. {why}");
    }
}

#[interleave::test]
fn two_threads_get_the_same_settings_and_read_once() {
    let file = Arc::new(File::new(SERVICE));
    struct Shared(Arc<File>);
    impl Source for Shared {
        fn read(&self) -> Vec<(String, String)> {
            (&*self.0).read()
        }
    }
    let settings = Arc::new(Settings::new(Shared(Arc::clone(&file))));
    let there = Arc::clone(&settings);
    let other = thread::spawn(move || {
        let value = there.get("mail_host");
        (value.map(str::to_owned), value.map(|text| text.as_ptr().addr()))
    });
    let own = settings.get("mail_host");
    let (theirs, address) = other.join().unwrap();
    assert_eq!(own, Some("example.org"), "left: what this thread got for `mail_host = $host`");
    assert_eq!(theirs.as_deref(), Some("example.org"), "left: what the other thread got for `mail_host = $host`");
    assert_eq!(file.reads.load(SeqCst), 1, "two threads asked at the same time; left: how often the file was read");
    assert_eq!(address, own.map(|text| text.as_ptr().addr()), "two threads asked for one setting, and got a text each");
}

#[interleave::test]
fn a_caller_waits_until_the_settings_are_read() {
    let file = File { delay: Duration::from_secs(24 * 60 * 60), ..File::new(SERVICE) };
    let settings = Settings::new(&file);
    let values = thread::scope(|scope| {
        let others = [(); 2].map(|()| scope.spawn(|| settings.get("mail_host")));
        let own = settings.get("port");
        (own, others.map(|other| other.join().unwrap()))
    });
    assert_eq!(
        values,
        (Some("8080"), [Some("example.org"); 2]),
        "three threads asked while the file was being read, which took a day (left: what they got)"
    );
    assert_eq!(file.reads.load(SeqCst), 1, "three threads asked at the same time; left: how often the file was read");
}

#[interleave::test]
fn nothing_is_read_before_somebody_asks() {
    let file = File::new(SERVICE);
    let settings = Settings::new(&file);
    // When explored, this returns when every other thread is asleep or done.
    interleave::settle();
    assert_eq!(file.reads.load(SeqCst), 0, "nobody has asked for a setting; left: how often the file was read");
    settings.get("host");
    settings.get("user");
    assert_eq!(file.reads.load(SeqCst), 1, "two settings were asked for; left: how often the file was read");
}

#[interleave::test]
fn after_a_panic_the_next_call_reads_again() {
    let file = Damaged::default();
    let settings = Settings::new(&file);
    let first = panic::catch_unwind(AssertUnwindSafe(|| settings.get("copy")));
    assert!(first.is_err(), "the file could not be read, and `get` returned {:?}", first.unwrap());
    let second = panic::catch_unwind(AssertUnwindSafe(|| settings.get("copy")));
    let second = second.expect("the file could be read again, and `get` panicked once more");
    assert_eq!(second, Some("2"), "the second time the file could be read (left: the value of `copy = $reads`)");
    assert_eq!(settings.get("reads"), Some("2"), "it was read the second time, and that is kept (left)");
}

#[interleave::test]
fn two_settings_do_not_disturb_each_other() {
    let (service, test) = (File::new(SERVICE), File::new(&[("host", "localhost"), ("mail_host", "$host")]));
    let (service, test) = (Settings::new(&service), Settings::new(&test));
    assert_eq!(service.get("mail_host"), Some("example.org"), "left: the value of `mail_host = $host`");
    assert_eq!(test.get("mail_host"), Some("localhost"), "left: the same of another file, where `host = localhost`");
    assert_eq!(
        [service.get("port"), test.get("port")],
        [Some("8080"), None],
        "left: `port`, which only the first file has"
    );

    /// Settings that take what they lack from others.
    struct Layered<'a>(&'a Settings<&'a File>);
    impl Source for Layered<'_> {
        fn read(&self) -> Vec<(String, String)> {
            let port = self.0.get("port").unwrap_or_default().to_owned();
            vec![("port".to_owned(), port), ("admin_port".to_owned(), "$port".to_owned())]
        }
    }
    let file = File::new(SERVICE);
    let base = Settings::new(&file);
    let layered = Settings::new(Layered(&base));
    assert_eq!(layered.get("admin_port"), Some("8080"), "the source asked other settings for `port` (left)");
}
