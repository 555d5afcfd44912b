use std::sync::Arc;
use std::thread;

use guard_out::Sessions;

/// What the server remembers about one user. Not `Clone`: there is one of it.
#[derive(Debug, PartialEq)]
struct Session {
    visits: u32,
    page: &'static str,
    title: &'static str,
}

/// The session 1 is open, and somebody has just looked at the first page.
fn one_session() -> Arc<Sessions<Session>> {
    let sessions = Sessions::new();
    sessions.open(1, Session { visits: 1, page: "/", title: "Start" });
    Arc::new(sessions)
}

#[interleave::test]
fn with_returns_what_the_closure_returns() {
    let sessions = one_session();
    assert_eq!(sessions.with(1, |session| session.title.len()), Some(5), "the title of session 1 is `Start`");
    assert_eq!(sessions.with(2, |session| session.visits), None, "there is no session 2");
}

#[interleave::test]
fn the_lock_is_free_after_a_look() {
    let sessions = one_session();
    let visits = sessions.with(1, |session| session.visits);
    sessions.open(2, Session { visits: 0, page: "/", title: "Start" });
    assert!(sessions.close(1), "session 1 was open until it was closed just now");
    assert_eq!(visits, Some(1), "session 1 had one visit");
}

#[interleave::test]
fn an_edit_changes_the_session_that_is_kept() {
    let sessions = one_session();
    if let Some(mut session) = sessions.edit(1) {
        session.visits += 1;
        session.page = "/basket";
    }
    let seen = sessions.with(1, |session| (session.visits, session.page));
    assert_eq!(seen, Some((2, "/basket")), "session 1 was edited, and then looked at");
}

#[interleave::test]
fn a_closed_session_cannot_be_edited_and_leaves_the_lock_free() {
    let sessions = one_session();
    match sessions.edit(2) {
        Some(session) => panic!("there is no session 2, and yet `edit` returned {:?}", *session),
        // Nothing was found, so nothing is held.
        None => sessions.open(2, Session { visits: 0, page: "/", title: "Start" }),
    }
    assert_eq!(sessions.with(2, |session| session.visits), Some(0), "session 2 was opened just now");
}

#[interleave::test]
fn nobody_finds_an_open_session_missing() {
    let sessions = one_session();
    let other = {
        let sessions = Arc::clone(&sessions);
        thread::spawn(move || sessions.with(1, |session| session.visits))
    };
    let both = [sessions.with(1, |session| session.visits), other.join().unwrap()];
    assert_eq!(both, [Some(1), Some(1)], "two threads looked at the same session, which is open all the time");
}

#[interleave::test]
fn two_editors_lose_no_visit() {
    let sessions = one_session();
    let visit = |sessions: &Sessions<Session>| {
        let mut session = sessions.edit(1).expect("session 1 is open all the time");
        let before = session.visits;
        thread::yield_now();
        session.visits = before + 1;
    };
    let other = {
        let sessions = Arc::clone(&sessions);
        thread::spawn(move || visit(&sessions))
    };
    visit(&sessions);
    other.join().unwrap();
    let visits = sessions.with(1, |session| session.visits);
    assert_eq!(visits, Some(3), "one visit, and then two more at the same time, each counted under the guard");
}

#[interleave::test]
fn nobody_looks_while_a_session_is_edited() {
    let sessions = one_session();
    let editor = {
        let sessions = Arc::clone(&sessions);
        thread::spawn(move || {
            let mut session = sessions.edit(1).expect("session 1 is open all the time");
            session.page = "/basket";
            thread::yield_now();
            session.title = "Basket";
        })
    };
    let seen = sessions.with(1, |session| (session.page, session.title));
    editor.join().unwrap();
    assert!(
        seen == Some(("/", "Start")) || seen == Some(("/basket", "Basket")),
        "the page and its title were changed under one guard, and somebody saw {seen:?}",
    );
}
