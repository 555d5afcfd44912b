//! The model of an executor: which threads poll its tasks.
//!
//! A task that blocks occupies its worker until it continues; meanwhile, the tasks in that worker's queue do not run.
//! That is the bug this course is about, so workers are threads of the schedule like any others.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use trace::TaskKind;

use crate::engine::threads::{self, Name};
use crate::engine::{Access, scheduler};

use super::only_here::OnlyHere;
use super::task::{self, Schedule, Task, TaskCell};
use super::{Object, Order};

mod turns;

use turns::{BlockingJob, Driver, MainWaker, OwnThread, Queued};

/// How many tasks tokio's current-thread runtime polls before it polls the future of `block_on` again.
pub(super) const TASKS_PER_TURN: usize = 61;

/// The threads that poll tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// The threads that are blocked in [`Executor::block_on`].
    Caller,
    /// This many threads of the executor.
    Pool(usize),
    /// A thread for each task.
    ThreadEach,
}

/// The settings of an executor.
pub struct Settings {
    /// The threads that poll tasks.
    pub workers: Workers,
    /// Which ready task is polled first.
    pub order: Order,
    /// How many operations one poll may make; see [`coop`](super::coop).
    pub budget: Option<u32>,
    /// The maximum number of blocking jobs that run at once.
    pub most_blocking: usize,
    /// Called on each thread that the executor starts. Its result is dropped when the thread ends.
    pub on_start: Box<dyn Fn(Role) -> Box<dyn Any>>,
}

/// The role of an executor's thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It polls tasks.
    Worker,
    /// It runs code that may block.
    Blocking,
}

/// An executor. Clones refer to the same one.
#[derive(Clone)]
pub struct Executor(Arc<OnlyHere<Rc<Shared>>>);

struct Shared {
    settings: Settings,
    object: Object,
    ready: RefCell<VecDeque<Arc<TaskCell>>>,
    /// The idle workers, by number, and the threads that wait in `block_on`.
    idle: RefCell<BTreeMap<usize, Waker>>,
    waits: Cell<usize>,
    /// Whether a thread polls tasks from within `block_on`.
    is_driven: Cell<bool>,
    tasks: RefCell<Vec<Arc<TaskCell>>>,
    is_shut_down: Cell<bool>,
    /// How many threads must end before the executor has ended.
    threads: Cell<usize>,
    extra_workers: Cell<usize>,
    /// How many extra workers are no longer needed.
    surplus: Cell<usize>,
    blocking: RefCell<Blocking>,
    /// The threads that wait for the end of the tasks and of these threads.
    leaving: RefCell<Vec<Waker>>,
}

#[derive(Default)]
struct Blocking {
    running: usize,
    queue: VecDeque<Arc<TaskCell>>,
}

/// How long shutting down an executor waits for its threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Until all threads have ended.
    WhenAllHaveEnded,
    /// At most this long.
    After(Duration),
    /// Not at all.
    AtOnce,
}

impl Executor {
    /// Creates an executor and starts its workers.
    ///
    /// # Panics
    ///
    /// Outside a schedule.
    pub fn new(settings: Settings) -> Self {
        let workers = settings.workers;
        let object = Object::of_unknown_origin("executor");
        object.announce();
        let shared = Rc::new(Shared {
            settings,
            object,
            ready: RefCell::default(),
            idle: RefCell::default(),
            waits: Cell::new(usize::MAX),
            is_driven: Cell::new(false),
            tasks: RefCell::default(),
            is_shut_down: Cell::new(false),
            threads: Cell::new(0),
            extra_workers: Cell::new(0),
            surplus: Cell::new(0),
            blocking: RefCell::default(),
            leaving: RefCell::default(),
        });
        if let Workers::Pool(count) = workers {
            for number in 1..=count {
                shared.start_worker(number);
            }
        }
        Executor(Arc::new(OnlyHere::new(shared)))
    }

    /// Starts a task.
    pub fn spawn<F: Future + 'static>(&self, place: &'static Location<'static>, future: F) -> Task<F::Output>
    where
        F::Output: 'static,
    {
        let shared = self.0.get();
        let workers = shared.settings.workers;
        let schedule = |_| -> Box<dyn Schedule> {
            match workers {
                Workers::ThreadEach => Box::new(OwnThread { shared: Rc::downgrade(shared), thread: Cell::new(None) }),
                Workers::Caller | Workers::Pool(_) => Box::new(Queued(Rc::downgrade(shared))),
            }
        };
        let task = task::new("task", shared.settings.budget, place, future, schedule);
        shared.enter(task.cell());
        task
    }

    /// Starts a job that may block, on a blocking thread.
    pub fn spawn_blocking<T: 'static>(
        &self,
        place: &'static Location<'static>,
        f: impl FnOnce() -> T + 'static,
    ) -> Task<T> {
        let shared = self.0.get();
        let schedule = |_| -> Box<dyn Schedule> { Box::new(BlockingJob(Rc::downgrade(shared))) };
        let task = task::new("blocking", None, place, async { f() }, schedule);
        shared.enter(task.cell());
        task
    }

    /// Polls `future` until it is ready; if the executor has no threads of its own, also its tasks.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let shared = self.0.get();
        match shared.settings.workers {
            Workers::Caller => shared.drive(future),
            Workers::Pool(_) | Workers::ThreadEach => threads::block_on(future),
        }
    }

    /// Runs `f`, which may block, on a worker. Meanwhile another thread polls in its place.
    pub fn block_in_place<T>(&self, f: impl FnOnce() -> T) -> T {
        /// Lets one of the extra workers end.
        struct ComesBack<'a>(&'a Shared);

        impl Drop for ComesBack<'_> {
            fn drop(&mut self) {
                self.0.surplus.set(self.0.surplus.get() + 1);
                self.0.wake_all_idle();
            }
        }

        let shared = self.0.get();
        let _comes_back = if let Workers::Pool(count) = shared.settings.workers {
            if shared.surplus.get() > 0 {
                // An extra worker that has not ended yet stays.
                shared.surplus.set(shared.surplus.get() - 1);
            } else {
                let number = count + shared.extra_workers.get() + 1;
                shared.extra_workers.set(shared.extra_workers.get() + 1);
                shared.start_worker(number);
            }
            Some(ComesBack(shared))
        } else {
            None
        };
        super::coop::with_budget(None, f)
    }

    /// Which threads poll tasks.
    pub fn workers(&self) -> Workers {
        self.0.get().settings.workers
    }

    /// How many tasks have not ended.
    pub fn alive_tasks(&self) -> usize {
        self.0.get().object.point(Access::Read);
        self.0.get().tasks.borrow().iter().filter(|task| !task.has_ended()).count()
    }

    /// How many tasks wait for a worker.
    pub fn ready_tasks(&self) -> usize {
        self.0.get().object.point(Access::Read);
        self.0.get().ready.borrow().len()
    }

    /// Cancels all tasks, blocked ones once they continue, and waits for the executor's threads as `leave` says.
    pub fn shut_down(&self, leave: Leave) {
        let shared = self.0.get();
        shared.object.touch(Access::Write);
        if shared.is_shut_down.replace(true) {
            return;
        }
        let tasks = shared.tasks.take();
        for task in &tasks {
            task.cancel_now();
        }
        let queued = std::mem::take(&mut shared.blocking.borrow_mut().queue);
        for job in &queued {
            job.cancel_now();
        }
        shared.ready.borrow_mut().clear();
        shared.wake_all();
        let deadline = match leave {
            Leave::AtOnce => return,
            Leave::WhenAllHaveEnded => None,
            Leave::After(limit) => Some(super::time::after(limit)),
        };
        let waker = threads::waker();
        threads::wait_until(deadline, || {
            shared.leaving.borrow_mut().push(waker.clone());
            shared.threads.get() == 0 && tasks.iter().all(|task| !task.is_running())
        });
    }
}

impl std::fmt::Debug for Executor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Executor").finish_non_exhaustive()
    }
}

impl Shared {
    /// Adds a new task.
    fn enter(self: &Rc<Self>, task: &Arc<TaskCell>) {
        if self.is_shut_down.get() {
            task.refuse();
            return;
        }
        {
            let mut tasks = self.tasks.borrow_mut();
            if tasks.len().is_power_of_two() {
                tasks.retain(|task| !task.has_ended());
            }
            tasks.push(Arc::clone(task));
        }
        task.start();
    }

    /// The next task to poll.
    fn next(&self) -> Option<Arc<TaskCell>> {
        self.object.touch(Access::Write);
        let waiting = self.ready.borrow().len();
        if waiting == 0 {
            return None;
        }
        let at = match self.settings.order {
            Order::Fifo => 0,
            Order::Any => scheduler::choose(waiting),
        };
        self.ready.borrow_mut().remove(at)
    }

    fn is_ready(&self) -> bool {
        !self.ready.borrow().is_empty()
    }

    /// Wakes the idle worker with the lowest number.
    fn wake_one(&self) {
        let waker = self.idle.borrow_mut().pop_first();
        waker.into_iter().for_each(|(_, waker)| waker.wake());
    }

    fn wake_all_idle(&self) {
        let idle = self.idle.take();
        idle.into_values().for_each(Waker::wake);
    }

    fn wake_all(&self) {
        self.wake_all_idle();
        let leaving = self.leaving.take();
        leaving.into_iter().for_each(Waker::wake);
    }

    /// Blocks the running thread, as idle thread `number`, until `ready` returns true.
    fn wait_idle(&self, number: usize, mut ready: impl FnMut() -> bool) {
        let waker = threads::waker();
        threads::wait_until(None, || {
            let is_ready = ready();
            if !is_ready {
                self.idle.borrow_mut().insert(number, waker.clone());
            }
            is_ready
        });
        self.idle.borrow_mut().remove(&number);
    }

    fn start_worker(self: &Rc<Self>, number: usize) {
        let shared = Rc::clone(self);
        self.threads.set(self.threads.get() + 1);
        let body = {
            let shared = Rc::clone(self);
            move || shared.work(number)
        };
        threads::start(TaskKind::Worker, Name::Worker(format!("worker {number}")), body, move || shared.thread_ended());
    }

    fn work(self: &Rc<Self>, number: usize) {
        let _started = (self.settings.on_start)(Role::Worker);
        loop {
            while let Some(task) = self.next() {
                task.run();
            }
            if self.is_shut_down.get() {
                return;
            }
            let is_extra = matches!(self.settings.workers, Workers::Pool(count) if number > count);
            if is_extra && self.surplus.get() > 0 {
                self.surplus.set(self.surplus.get() - 1);
                return;
            }
            self.wait_idle(number, || self.is_ready() || self.is_shut_down.get() || is_extra && self.surplus.get() > 0);
        }
    }

    fn thread_ended(&self) {
        self.object.touch(Access::Write);
        self.threads.set(self.threads.get() - 1);
        let leaving = self.leaving.take();
        leaving.into_iter().for_each(Waker::wake);
    }

    /// Polls `future` and the tasks in turn. If another thread already polls the tasks, polls only `future`.
    fn drive<F: Future>(self: &Rc<Self>, future: F) -> F::Output {
        let mut future = std::pin::pin!(future);
        let woken = Arc::new(MainWaker { woken: OnlyHere::new(Cell::new(true)), thread: threads::waker() });
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        // Each call has its own number among the idle threads.
        let number = self.waits.get();
        self.waits.set(number - 1);
        loop {
            if woken.woken.get().take()
                && let Poll::Ready(output) =
                    super::coop::with_budget(self.settings.budget, || future.as_mut().poll(&mut context))
            {
                return output;
            }
            let driver = Driver::become_one(self);
            let mut polled = 0;
            while driver.is_some() && polled < TASKS_PER_TURN {
                let Some(task) = self.next() else { break };
                task.run();
                polled += 1;
            }
            if polled == 0 && !woken.woken.get().get() {
                let drives = driver.is_some();
                self.wait_idle(number, || {
                    woken.woken.get().get()
                        || self.is_shut_down.get()
                        || (drives && self.is_ready())
                        || (!drives && !self.is_driven.get())
                });
                if self.is_shut_down.get() && !woken.woken.get().get() {
                    // Nothing polls the tasks any more, but the future may still be woken from elsewhere.
                    threads::wait_until(None, || woken.woken.get().get());
                }
            }
        }
    }
}
