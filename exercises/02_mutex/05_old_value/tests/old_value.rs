use std::sync::{Arc, Mutex, Weak};
use std::thread;

use old_value::Sessions;

/// The guest of a user has the user's number plus this.
const GUEST: u32 = 100;

/// When it ends it logs out the user's guest, if there is one, and notes how many sessions are open then.
struct Session {
    user: u32,
    sessions: Weak<Sessions<Session>>,
    ends: Arc<Mutex<Vec<usize>>>,
}

impl Drop for Session {
    fn drop(&mut self) {
        // At the end of a test `Sessions` itself goes, and there is nobody to ask.
        if let Some(sessions) = self.sessions.upgrade() {
            sessions.log_out(self.user + GUEST);
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
        let session = Session { user, sessions: Arc::downgrade(&self.sessions), ends: Arc::clone(&self.ends) };
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
        "user 1 logged in twice, so by now one session has ended, and while it did there was one open: the new one"
    );
    assert_eq!(server.sessions.len(), 1, "one user is logged in");
}

#[interleave::test]
fn logging_out_ends_the_session() {
    let server = Server::default();
    server.log_in(1);
    server.log_in(2);
    assert!(server.sessions.log_out(1), "user 1 was logged in");
    assert_eq!(server.ends(), [1], "the session of user 1 has ended, and while it did that of user 2 was open");
    assert!(!server.sessions.log_out(1), "user 1 is not logged in any more");
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
fn everybody_can_be_logged_out() {
    let server = Server::default();
    (1..=3).for_each(|user| server.log_in(user));
    server.sessions.log_out_all();
    assert_eq!(server.ends().len(), 3, "three users were logged in, so by now three sessions have ended");
    assert!(server.sessions.is_empty(), "all were logged out");
}

#[interleave::test]
fn who_logs_in_again_is_never_without_a_session() {
    let server = Server::default();
    server.log_in(1);
    let other = {
        let server = server.clone();
        thread::spawn(move || server.log_in(1))
    };
    let open = server.sessions.len();
    other.join().unwrap();
    assert_eq!(open, 1, "user 1 was logged in all the time, and somebody counted just then");
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
    assert_eq!(server.sessions.len(), 1, "two threads logged user 1 in, and the second took the place of the first");
    assert_eq!(server.ends(), [1], "the session that came first has ended, the other one is open");
}
