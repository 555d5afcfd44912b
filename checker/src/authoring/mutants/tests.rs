//! The mutants of small solutions.

use super::*;

fn names(source: &str) -> Vec<String> {
    mutants(source, Changes::Locks).unwrap().into_iter().map(|mutant| mutant.name).collect()
}

#[track_caller]
fn assert_made(source: &str, name: &str, part: &str) {
    assert_one_of(Changes::Locks, source, name, part);
}

#[track_caller]
fn assert_one_of(changes: Changes, source: &str, name: &str, part: &str) {
    let mutants = mutants(source, changes).unwrap();
    let made = mutants.iter().find(|mutant| mutant.name == name);
    let names = || mutants.iter().map(|mutant| mutant.name.as_str()).collect::<Vec<_>>();
    let made = made.unwrap_or_else(|| panic!("no {name} among {:?}", names()));
    assert!(made.source.contains(part), "{}", made.source);
    syn::parse_file(&made.source).unwrap_or_else(|error| panic!("{error}:\n{}", made.source));
}

const TWO_LOCKS: &str = "fn take(&self) {
    let mut a = self.a.lock().unwrap();
    let b = self.b.lock().unwrap();
    *a -= 1;
    if *b > 0 { *a += 1; }
}";

#[test]
fn a_guard_in_use_is_copied_released_and_swapped() {
    assert_made(TWO_LOCKS, "copied/take/1", "let mut a = &mut (*self.a.lock().unwrap()).clone();");
    assert_made(
        TWO_LOCKS,
        "let-go/take/1",
        "*a -= 1; drop(a); #[allow(unused_mut)] let mut a = self.a.lock().unwrap();",
    );
    assert_made(TWO_LOCKS, "swapped/take/1", "let b = self.b.lock().unwrap();\n    let mut a = ");
    let expected = ["copied/take/1", "let-go/take/1", "swapped/take/1", "copied/take/2"];
    assert_eq!(names(TWO_LOCKS), expected, "`b` is used once only, so nobody can come in between");
}

#[test]
fn a_guard_that_is_only_held_is_removed_or_dropped_too_soon() {
    let source = "async fn go(&self) { let _permit = self.gate.acquire().await.unwrap(); work().await; }";
    assert_eq!(names(source), ["removed/go/1", "unnamed/go/1", "dropped/go/1", "forgotten/go/1"]);
    assert_made(source, "unnamed/go/1", "let _ = self.gate.acquire()");
    assert_made(source, "forgotten/go/1", "unwrap(); std::mem::forget(_permit);");
}

#[test]
fn an_await_moves_under_the_guard_after_it() {
    let named = "async fn put(&self) { let x = get().await; let mut all = self.all.lock().unwrap(); all.push(x); }";
    assert_made(named, "awaited-under/put/1", "let mut all = self.all.lock().unwrap(); let x = get().await;");
    let unnamed = "async fn put(&self) { let x = get().await; self.all.lock().unwrap().push(x); }";
    assert_made(
        unnamed,
        "awaited-under/put/1",
        "let mut held = self.all.lock().unwrap();\nlet x = get().await; held.push(x)",
    );
    assert_made(unnamed, "copied/put/1", "(&mut (*self.all.lock().unwrap()).clone()).push(x);");
    let block = "async fn put(&self) { { let mut all = self.all.lock().unwrap(); all.push(1); } get().await; }";
    assert_made(block, "kept/put/1", "all.push(1);  get().await;");
    let dropped = "async fn put(&self) { let all = self.all.lock().unwrap(); all.push(1); drop(all); get().await; }";
    assert_made(dropped, "kept/put/1", "all.push(1);  get().await;");
}

#[test]
fn waits_are_not_repeated_and_signals_are_removed() {
    let source = "fn take(&self) -> u32 { let mut n = self.n.lock().unwrap();
        while *n == 0 { n = self.more.wait(n).unwrap(); } self.more.notify_all(); *n }";
    assert_made(source, "once/take/1", "if *n == 0 {");
    assert_made(source, "silent/take/1", "}  *n }");
    assert_made(source, "one-of-all/take/1", "self.more.notify_one();");
    let source =
        "fn take(&self) { let n = self.more.wait_while(self.n.lock().unwrap(), |n| *n == 0).unwrap(); use_(n); }";
    assert_made(source, "once/take/1", "self.more.wait(self.n.lock().unwrap()).unwrap()");
    let source = "fn take(&self) -> u32 { loop { if let Some(n) = self.get() { return n; } self.more.wait(); } }";
    assert_made(source, "once/take/1", "{ for _ in 0..2 { if let");
}

#[test]
fn an_atomic_change_becomes_two_steps() {
    let source = "fn next(&self) -> u64 { self.n.fetch_add(1, Ordering::Relaxed) + 1 }";
    assert_made(source, "two-steps/next/1", "let before = self.n.load(std::sync::atomic::Ordering::SeqCst);");
    let source = "fn set(&self) { self.n.compare_exchange(0, 1, SeqCst, SeqCst); self.list.swap(1, 2); }";
    assert_eq!(names(source), ["two-steps/set/1"]);
}

#[test]
fn readers_become_writers_and_writers_become_readers() {
    let source =
        "fn get(&self) -> u32 { let all = self.all.read(); all.len() } fn put(&self) { self.all.write().push(1); }";
    assert_eq!(names(source), ["exclusive/get/1", "copied/get/1", "copied/put/1", "shared/put/1"]);
    assert_eq!(names("fn len(&self) -> usize { self.all.read().len() }"), [""; 0], "it is over at once");
}

#[test]
fn only_a_drop_of_a_guard_is_removed() {
    let source = "fn put(&self) { let old = self.all.lock().unwrap().insert(1, 2); drop(old); }";
    assert_eq!(names(source), [""; 0]);
    let source = "fn put(&self) { let all = self.all.lock().unwrap(); if all.len() > 1 { drop(all); f(); } }";
    assert!(names(source).contains(&"kept/put/1".to_owned()));
}

#[test]
fn general_changes_are_made_to_each_kind_of_code() {
    let source = "const MOST: usize = 8;
fn full(&self) -> bool { self.n >= MOST && !self.open }
fn first(&self) -> Option<u32> { if self.all.is_empty() { None } else { Some(self.all[0]) } }
fn put(&mut self, n: u32) -> Result<(), String> {
    self.check(n)?;
    self.last = n;
    self.n += 1;
    self.more.notify_one();
    let text = self.text()?;
    match n { 0 => self.zero(), 1 if self.open => self.one(), _ => text.len() };
    Ok(())
}
fn close(&mut self) { self.open = false; self.all.clear(); }
// Condvar
";
    for (name, part) in [
        ("constant/MOST/1", "= 9;"),
        ("constant/MOST/2", "= 7;"),
        ("returns/full/1", "-> bool { true }"),
        ("returns/full/2", "-> bool { false }"),
        ("operator/full/1", "self.n >= MOST || !self.open"),
        ("operator/full/2", "self.n > MOST"),
        ("operator/full/3", "self.n < MOST"),
        ("operator/full/4", "MOST && self.open"),
        ("returns/first/1", "-> Option<u32> { None }"),
        ("returns/first/2", "-> Option<u32> { Some(0) }"),
        ("negated/first/1", "if !(self.all.is_empty())"),
        ("branches/first/1", "if self.all.is_empty() { Some(self.all[0]) } else { None }"),
        ("filled/first/1", "{ Some(Default::default()) } else"),
        ("emptied/first/1", "else { None }"),
        ("constant/first/1", "self.all[1]"),
        ("returns/put/1", "{ Ok(()) }\nfn close"),
        ("uncalled/put/1", "String> {\n    \n    self.last = n;"),
        ("unasked/put/1", "let _ = self.check(n);"),
        ("unasked/put/2", "self.check(n).unwrap();"),
        ("uncalled/put/2", "self.check(n)?;\n    \n"),
        ("operator/put/1", "self.n -= 1;"),
        ("all-for-one/put/1", "self.more.notify_all();"),
        ("unasked/put/3", "let text = self.text().unwrap();"),
        ("arms/put/1", "0 => { self.one() }, 1 if self.open => { self.zero() },"),
        ("unguarded/put/1", "1 if true =>"),
        ("returns/close/1", "fn close(&mut self) {  }"),
        ("early/close/1", "self.open = false; return; self.all.clear();"),
        ("constant/close/1", "self.open = true;"),
    ] {
        assert_one_of(Changes::General, source, name, part);
    }
    let all = mutants(source, Changes::General).unwrap();
    assert!(all.iter().all(|mutant| Changes::General.make(&mutant.name)), "{all:#?}");
    assert!(!Changes::General.make("let-go/put/1") && Changes::Locks.make("let-go/put/1"));
}

/// Would catch: doc comments, which are string constants to the parser, that are emptied and no longer compile.
#[test]
fn doc_comments_are_not_constants() {
    let source = "/// The most.\nconst MOST: usize = 8;\n/// Says so.\nfn text() -> &'static str { \"most\" }\n";
    let made = mutants(source, Changes::General).unwrap();
    assert!(!made.is_empty());
    for mutant in made {
        assert!(mutant.source.contains("/// The most.") && mutant.source.contains("/// Says so."), "{mutant:#?}");
    }
}

#[test]
fn what_cannot_be_told_from_the_solution_is_no_mutant() {
    let source = "fn new() -> Self { Self::default() } fn go(&self) { self.all.lock().expect(\"not poisoned\"); }";
    let made = mutants(source, Changes::General).unwrap();
    let names: Vec<_> = made.iter().map(|mutant| mutant.name.as_str()).collect();
    assert_eq!(names, ["returns/go/1"], "a body that only calls `default` and the message of an `expect` stay");
}
