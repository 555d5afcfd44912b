//! The task for which the running thread acts.

use trace::TaskState;

use crate::engine::session;

/// While this lives, the actions of the running thread are recorded as those of a task.
pub(in crate::model) struct Acting {
    before: Option<(usize, Option<u64>)>,
}

impl Acting {
    pub(in crate::model) fn begin(actor: usize, number: u64) -> Self {
        let before = session::with(|session| {
            let own = session.thread().own;
            let entry = &mut session.actors[actor];
            entry.state = TaskState::Running;
            entry.on = (own != actor).then_some(own);
            let thread = session.thread();
            let before = (thread.actor, thread.task);
            (thread.actor, thread.task) = (actor, Some(number));
            if let Some((races, thread)) = session.racing() {
                races.begin_task(thread, actor);
            }
            before
        });
        Acting { before }
    }
}

impl Drop for Acting {
    fn drop(&mut self) {
        if let Some((actor, task)) = self.before {
            session::with(|session| {
                let acted = session.actor();
                if let Some((races, thread)) = session.racing() {
                    races.leave_task(thread, acted);
                }
                let thread = session.thread();
                (thread.actor, thread.task) = (actor, task);
            });
        }
    }
}

/// The number of the task that the running thread polls.
pub fn current() -> Option<u64> {
    session::with(|session| session.thread().task).flatten()
}
