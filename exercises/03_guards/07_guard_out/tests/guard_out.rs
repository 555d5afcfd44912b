use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use guard_out::Sessions;
use interleave::{histories, like_the_model};

/// What the server remembers about one user. Not `Clone`: there is one of it.
#[derive(Debug, PartialEq)]
struct Session {
    visits: u32,
    page: &'static str,
    title: &'static str,
}

fn session(visits: u32) -> Session {
    Session { visits, page: "/", title: "Start" }
}

/// The session 1 is open, and a user has just looked at the first page.
fn one_session() -> Arc<Sessions<Session>> {
    let sessions = Sessions::new();
    sessions.open(1, session(1));
    Arc::new(sessions)
}

/// A thread that uses the sessions.
fn other<R: Send + 'static>(
    sessions: &Arc<Sessions<Session>>,
    uses: impl FnOnce(&Sessions<Session>) -> R + Send + 'static,
) -> JoinHandle<R> {
    let sessions = Arc::clone(sessions);
    thread::spawn(move || uses(&sessions))
}

#[interleave::test]
fn with_returns_what_the_closure_returns() {
    let sessions = one_session();
    assert_eq!(sessions.with(1, |session| session.title.len()), Some(5), "the title of session 1 is `Start`");
    let note = "moved in and out again".to_owned();
    assert_eq!(sessions.with(1, move |_| note).as_deref(), Some("moved in and out again"), "the closure returned this");
    let own = Rc::new(7);
    let seen = sessions.with(1, |_| (Rc::clone(&own), &own));
    assert_eq!(seen, Some((Rc::clone(&own), &own)), "the closure and its result may belong to this thread");
    let found = sessions.with(2, |session| panic!("there is no session 2, and yet `look` was called with {session:?}"));
    assert_eq!(found, None::<u32>, "there is no session 2");
}

#[interleave::test]
fn the_lock_is_free_after_a_look() {
    let sessions = one_session();
    let visits = sessions.with(1, |session| session.visits);
    sessions.open(2, session(0));
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
fn an_edit_of_no_session_leaves_the_lock_free() {
    let sessions = one_session();
    match sessions.edit(2) {
        Some(session) => panic!("there is no session 2, and yet `edit` returned {:?}", *session),
        // There is no session, so there is no guard.
        None => sessions.open(2, session(0)),
    }
    assert_eq!(sessions.with(2, |session| session.visits), Some(0), "session 2 was opened just now");
}

#[interleave::test(real_only)]
fn any_number_of_sessions_is_kept() {
    let sessions = Sessions::new();
    for id in 0..300 {
        sessions.open(id, session(id));
    }
    for id in 0..300 {
        let visits = sessions.with(id, |session| session.visits);
        assert_eq!(visits, Some(id), "300 sessions are open, and number {id} was opened with {id} visits");
    }
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn each_number_has_the_session_that_was_opened_last() {
    #[derive(Debug)]
    enum Op {
        Open(u32, u32),
        Close(u32),
        Visit(u32),
    }
    const NUMBERS: [u32; 4] = [0, 1, 40, u32::MAX];
    histories(
        |draws| {
            let id = NUMBERS[draws.below(NUMBERS.len())];
            match draws.below(3) {
                0 => Op::Open(id, draws.below(100) as u32),
                1 => Op::Close(id),
                _ => Op::Visit(id),
            }
        },
        || (Sessions::new(), HashMap::new()),
        |(sessions, model), op| {
            match op {
                Op::Open(id, visits) => {
                    sessions.open(id, session(visits));
                    model.insert(id, visits);
                }
                Op::Close(id) => like_the_model(sessions.close(id), model.remove(&id).is_some())?,
                Op::Visit(id) => {
                    let visited = sessions.edit(id).map(|mut session| session.visits += 1);
                    like_the_model(visited, model.get_mut(&id).map(|visits| *visits += 1))?;
                }
            }
            for id in NUMBERS {
                like_the_model(sessions.with(id, |session| session.visits), model.get(&id).copied())?;
            }
            Ok(())
        },
    );
}

#[interleave::test]
fn an_open_session_is_never_missing() {
    let sessions = one_session();
    let other = other(&sessions, |sessions| sessions.with(1, |session| session.visits));
    let both = [sessions.with(1, |session| session.visits), other.join().unwrap()];
    assert_eq!(both, [Some(1), Some(1)], "two threads looked at the same session, which is open all the time");
}

#[interleave::test]
fn a_session_is_opened_also_while_others_are_in_use() {
    let sessions = one_session();
    let other = other(&sessions, |sessions| sessions.edit(1).map(|session| session.visits));
    sessions.open(2, session(5));
    assert_eq!(other.join().unwrap(), Some(1), "session 1 had one visit");
    let visits = sessions.with(2, |session| session.visits);
    assert_eq!(visits, Some(5), "session 2 was opened while another thread edited session 1");
}

#[interleave::test]
fn a_session_stays_open_when_its_user_panics() {
    let sessions = one_session();
    let look = other(&sessions, |sessions| sessions.with(1, |_| panic!("during a look")));
    assert!(look.join().is_err(), "the closure panicked, and `with` returned");
    assert_eq!(sessions.with(1, |session| session.visits), Some(1), "a closure that looked at session 1 has panicked");
    let edit = other(&sessions, |sessions| {
        let _session = sessions.edit(1);
        panic!("during an edit");
    });
    assert!(edit.join().is_err(), "the edit panicked");
    assert_eq!(sessions.with(1, |session| session.visits), Some(1), "a thread has panicked while it edited session 1");
}

#[interleave::test]
fn a_session_may_be_closed_before_a_look_or_after_it() {
    let sessions = one_session();
    let other = other(&sessions, |sessions| sessions.close(1));
    let seen = sessions.with(1, |session| session.visits);
    assert!(
        seen.is_none_or(|visits| visits == 1),
        "session 1 had one visit, or was closed, and `with` returned {seen:?}"
    );
    let edited = sessions.edit(1).map(|session| session.visits);
    assert!(
        edited.is_none_or(|visits| visits == 1),
        "session 1 had one visit, or was closed; `edit` led to {edited:?}"
    );
    assert!(other.join().unwrap(), "session 1 was open, so it could be closed");
}

#[interleave::test]
fn a_session_is_closed_once() {
    let sessions = one_session();
    let other = other(&sessions, |sessions| sessions.close(1));
    let (own, theirs) = (sessions.close(1), other.join().unwrap());
    assert!(own != theirs, "two threads closed session 1, so one of them gets true; they got {own} and {theirs}");
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
    let other = other(&sessions, visit);
    visit(&sessions);
    other.join().unwrap();
    let visits = sessions.with(1, |session| session.visits);
    assert_eq!(visits, Some(3), "one visit, and then two more at the same time, each counted under the guard");
}

#[interleave::test]
fn nobody_looks_while_a_session_is_edited() {
    let sessions = one_session();
    let editor = other(&sessions, |sessions| {
        let mut session = sessions.edit(1).expect("session 1 is open all the time");
        session.page = "/basket";
        thread::yield_now();
        session.title = "Basket";
    });
    let seen = sessions.with(1, |session| (session.page, session.title));
    editor.join().unwrap();
    assert!(
        seen == Some(("/", "Start")) || seen == Some(("/basket", "Basket")),
        "the page and its title were changed under one guard, and another thread saw {seen:?}",
    );
}

#[interleave::test]
fn nobody_edits_while_another_thread_looks() {
    let sessions = one_session();
    let editor = other(&sessions, |sessions| {
        let mut session = sessions.edit(1).expect("session 1 is open all the time");
        (session.page, session.title) = ("/basket", "Basket");
    });
    let seen = sessions.with(1, |session| {
        let page = session.page;
        thread::yield_now();
        (page, session.title)
    });
    editor.join().unwrap();
    assert!(
        seen == Some(("/", "Start")) || seen == Some(("/basket", "Basket")),
        "a session was changed while a closure looked at it, which saw {seen:?}",
    );
}

#[interleave::test]
fn a_look_waits_as_long_as_an_edit_takes() {
    let sessions = one_session();
    let editor = other(&sessions, |sessions| {
        let mut session = sessions.edit(1).expect("session 1 is open all the time");
        if cfg!(feature = "explore") {
            // An hour of explore mode's clock takes no time.
            thread::sleep(Duration::from_secs(3600));
        }
        session.visits = 2;
    });
    let looked = sessions.with(1, |session| session.visits);
    let edited = sessions.edit(1).map(|session| session.visits);
    editor.join().unwrap();
    assert!(looked.is_some(), "a session was edited for an hour, and `with` returned that there is none");
    assert!(edited.is_some(), "a session was edited for an hour, and `edit` returned that there is none");
}

#[interleave::test]
fn two_servers_do_not_wait_for_each_other() {
    let (here, there) = (one_session(), Sessions::default());
    there.open(1, session(7));
    // The closure runs while a session of `here` is in use, and needs one of `there`.
    let seen = here.with(1, |own| (own.visits, there.with(1, |session| session.visits)));
    assert_eq!(seen, Some((1, Some(7))), "each of two servers has a session 1");
    let own = here.edit(1);
    let visits = there.edit(1).map(|session| session.visits);
    assert_eq!(visits, Some(7), "session 1 of one server was edited while that of another one was");
    assert!(there.close(1), "session 1 of one server was closed while that of another one was edited");
    assert_eq!(own.map(|session| session.visits), Some(1), "a session of another server was closed");
}
