use std::sync::{Arc, Mutex, Weak};
use std::thread;

use old_value::Sessions;

/// The guest of a user has the user's number plus this.
const GUEST: u32 = 100;

/// What else a session does when it ends.
enum Then {
    Nothing,
    LogIn(u32),
    LogOutAll,
}

/// When it ends, it logs out the user's guest, if there is one, does what comes then, and notes how many sessions are
/// open.
struct Session {
    user: u32,
    then: Then,
    sessions: Weak<Sessions<Session>>,
    ends: Arc<Mutex<Vec<usize>>>,
}

impl Drop for Session {
    fn drop(&mut self) {
        // At the end of a test `Sessions` itself is dropped, and there is nothing to ask.
        if let Some(sessions) = self.sessions.upgrade() {
            sessions.log_out(self.user.wrapping_add(GUEST));
            match self.then {
                Then::Nothing => {}
                Then::LogIn(user) => {
                    let ends = Arc::clone(&self.ends);
                    sessions.log_in(user, Session { user, then: Then::Nothing, sessions: self.sessions.clone(), ends });
                }
                Then::LogOutAll => sessions.log_out_all(),
            }
            let left = sessions.len();
            self.ends.lock().unwrap().push(left);
        }
    }
}

/// What the threads of a test share.
#[derive(Clone, Default)]
struct Server {
    sessions: Arc<Sessions<Session>>,
    ends: Arc<Mutex<Vec<usize>>>,
}

impl Server {
    fn log_in(&self, user: u32) {
        self.log_in_before(user, Then::Nothing);
    }

    /// Logs in `user`, whose session does `then` when it ends.
    fn log_in_before(&self, user: u32, then: Then) {
        let session = Session { user, then, sessions: Arc::downgrade(&self.sessions), ends: Arc::clone(&self.ends) };
        self.sessions.log_in(user, session);
    }

    /// For each session that has ended: how many were open at that moment.
    fn ends(&self) -> Vec<usize> {
        self.ends.lock().unwrap().clone()
    }
}

#[interleave::test]
fn a_new_session_ends_the_old_one() {
    let server = Server::default();
    server.log_in(1);
    server.log_in(1);
    assert_eq!(
        server.ends(),
        [1],
        "user 1 logged in twice, so one session has ended by now, and while it did one was open: the new one (left: how \
         many were open when each ended session ended)"
    );
    assert_eq!(server.sessions.len(), 1, "one user is logged in");
}

#[interleave::test]
fn logging_out_ends_the_session() {
    let server = Server::default();
    assert!(!server.sessions.log_out(1), "user 1 has not logged in yet, and `log_out` returned true");
    server.log_in(1);
    server.log_in(2);
    assert!(server.sessions.log_out(1), "user 1 was logged in, and `log_out` returned false");
    assert_eq!(server.ends(), [1], "the session of user 1 has ended, and while it did that of user 2 was open");
    assert!(!server.sessions.log_out(1), "user 1 was logged out before, and `log_out` returned true");
    assert_eq!(server.sessions.len(), 1, "user 2 is still logged in");
}

#[interleave::test]
fn the_end_of_one_session_may_end_another() {
    let server = Server::default();
    server.log_in(1);
    server.log_in(1 + GUEST);
    assert!(server.sessions.log_out(1), "user 1 was logged in");
    assert!(server.sessions.is_empty(), "user 1 was logged out, and when that session ended, so did the guest's");
    assert_eq!(server.ends(), [0, 0], "two sessions have ended, and while they did none was open any more");
}

#[interleave::test]
fn the_end_of_one_session_may_open_another() {
    let server = Server::default();
    server.log_in(2);
    server.log_in_before(1, Then::LogIn(2));
    server.log_in(1);
    assert_eq!(server.sessions.len(), 2, "users 1 and 2 are logged in, each for the second time");
    assert_eq!(server.ends(), [2, 2], "the old session of user 1 logged user 2 in when it ended, so both old ones did");
    server.log_in_before(3, Then::LogIn(4));
    assert!(server.sessions.log_out(3), "user 3 was logged in");
    assert!(server.sessions.log_out(4), "user 4 was logged in when the session of user 3 ended");
}

#[interleave::test]
fn the_end_of_one_session_may_end_all_others() {
    let server = Server::default();
    for round in 1..=2 {
        server.log_in(1);
        server.log_in_before(2, Then::LogOutAll);
        server.log_in(3);
        if round == 1 {
            assert!(server.sessions.log_out(2), "user 2 was logged in");
        } else {
            server.sessions.log_out_all();
        }
        assert!(server.sessions.is_empty(), "the session of user 2 logged all users out when it ended (time {round})");
        assert_eq!(server.ends().len(), 3 * round, "three sessions were open, and all have ended (time {round})");
    }
}

#[interleave::test]
fn all_users_are_logged_out() {
    let server = Server::default();
    server.sessions.log_out_all();
    let users = [0, 7, 1_000, 1 << 20, u32::MAX];
    users.iter().for_each(|&user| server.log_in(user));
    assert_eq!(server.sessions.len(), 5, "five users are logged in: {users:?}");
    assert!(!server.sessions.is_empty(), "five users are logged in: {users:?}");
    server.sessions.log_out_all();
    assert_eq!(server.ends().len(), 5, "five users were logged in, so by now five sessions have ended");
    assert!(server.sessions.is_empty(), "all were logged out, and `is_empty` returned false");
    server.log_in(7);
    assert_eq!(server.sessions.len(), 1, "a user has logged in again after all were logged out");
}

#[interleave::test]
fn a_user_who_logs_in_again_is_never_without_a_session() {
    let server = Server::default();
    server.log_in(1);
    let other = {
        let server = server.clone();
        thread::spawn(move || server.log_in(1))
    };
    let open = server.sessions.len();
    other.join().unwrap();
    assert_eq!(open, 1, "user 1 was logged in all the time, and `len` returned another number just then");
    assert_eq!(server.ends(), [1], "the first of two sessions has ended");
}

#[interleave::test]
fn two_logins_at_once_leave_one_session() {
    let server = Server::default();
    let other = {
        let server = server.clone();
        thread::spawn(move || server.log_in(1))
    };
    server.log_in(1);
    other.join().unwrap();
    assert_eq!(server.sessions.len(), 1, "two threads logged user 1 in, and the second session replaced the first");
    assert_eq!(server.ends(), [1], "the session that came first has ended, the other one is open");
}

#[interleave::test]
fn a_session_is_logged_out_once() {
    let server = Server::default();
    server.log_in(1);
    let other = {
        let server = server.clone();
        thread::spawn(move || server.sessions.log_out(1))
    };
    let own = server.sessions.log_out(1);
    let theirs = other.join().unwrap();
    assert!(own != theirs, "two threads logged the same user out, so one got true; they got {own} and {theirs}");
    assert_eq!(server.ends(), [0], "one session was open, and it has ended");
}

#[interleave::test]
fn a_server_without_sessions_is_empty_while_it_is_in_use() {
    let server = Server::default();
    let other = {
        let server = server.clone();
        thread::spawn(move || server.sessions.log_out(1))
    };
    let (count, empty) = (server.sessions.len(), server.sessions.is_empty());
    assert!(!other.join().unwrap(), "nobody was logged in, and `log_out` returned true");
    assert_eq!(count, 0, "nobody is logged in; a thread was just calling `log_out`, and `len` returned {count}");
    assert!(empty, "nobody is logged in; a thread was just calling `log_out`, and `is_empty` returned false");
}

#[interleave::test]
fn each_server_has_its_own_sessions() {
    let (here, there) = (Server::default(), Server::default());
    here.log_in(1);
    assert!(there.sessions.is_empty(), "a user logged in to another server");
    assert!(!there.sessions.log_out(1), "user 1 is logged in to another server");
    there.log_in(1);
    there.sessions.log_out_all();
    assert_eq!((here.sessions.len(), here.ends().len()), (1, 0), "all were logged out of another server");
}
