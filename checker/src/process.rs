//! Runs one process to its end, its limit, or our [`Stop`], and leaves nobody behind.
//!
//! A process leads a group of its own, so that what it starts can be killed with it. Its output comes through
//! one bounded channel: a process that prints without end waits for us, not the other way round. The thread that
//! waits for its end does not reap it, so its number cannot mean another process when the group is killed.

use std::io::{self, PipeReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, WaitOptions, kill_process, kill_process_group, waitid, waitpgid,
    waitpid,
};

pub use self::confine::{Confinement, Priority};
pub use self::output::{HeadTail, Kept};
pub use self::proc::{Activity, machine_memory};
pub use self::stop::Stop;

pub mod confine;
mod output;
mod proc;
mod stop;

/// What is to be run, and how far.
pub struct Spec<'a> {
    pub command: Command,
    pub streams: Streams,
    pub limit: Option<Duration>,
    /// `None` runs the command as it is. It should be `None` only in tests of this module.
    pub confine: Option<Confinement>,
    /// `NAME=VALUE`, unique to this run, in the environment of the process and of all that descend from it.
    pub mark: Option<String>,
    /// Whether to end a process that can never go on before its limit.
    pub standstill: Standstill,
    pub rest: Rest,
    pub stop: &'a Stop,
}

/// Whether standard output and standard error are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streams {
    /// In the order of their writing, all as [`Stream::Out`].
    Merged,
    Split,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standstill {
    Ends,
    Waits,
}

/// How long to wait, after the end of the process, for output that has not been read.
///
/// A descendant may hold the pipe for ever; on a busy machine our own reader may come late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Not long. For what is only shown.
    MayBeLost,
    /// For what is read by us, every word.
    IsWanted,
}

impl Rest {
    fn patience(self) -> Duration {
        match self {
            Rest::MayBeLost => Duration::from_millis(100),
            Rest::IsWanted => Duration::from_secs(10),
        }
    }
}

/// Where a piece of output came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Out,
    Err,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    pub how: How,
    pub elapsed: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Exited(i32),
    Signalled(i32),
    /// By our `Stop`.
    Stopped,
    /// Each of its threads waited for another one, without a time limit.
    StoodStill,
    OverLimit(Activity),
}

/// From the reader threads and the waiting thread.
enum Event {
    Chunk(Stream, Vec<u8>),
    Closed,
    Ended(How),
}

/// The reading ends of a process's output.
type Pipes = Vec<(Stream, PipeReader)>;

/// When to look for a standstill first, and how often from then on.
const FIRST_LOOK: Duration = Duration::from_millis(500);
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Makes sure that what loses its parent becomes ours, so that it can be found. Once per process.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Runs `spec` and passes its output to `sink` as it comes.
pub fn run(spec: Spec<'_>, sink: &mut dyn FnMut(Stream, &[u8])) -> io::Result<End> {
    let started = Instant::now();
    let stop = spec.stop;
    let paused = stop.paused();
    let mut watch = Watch::new(started, &spec);
    let Some((group, pipes)) = start(spec)? else {
        return Ok(End { how: How::Stopped, elapsed: started.elapsed() });
    };
    watch.open_pipes = pipes.len();
    let events = listen(group.pid, pipes)?;
    while let Some(patience) = watch.look(&group) {
        match events.recv_timeout(patience) {
            Ok(Event::Chunk(stream, bytes)) => sink(stream, &bytes),
            Ok(Event::Closed) => watch.open_pipes -= 1,
            Ok(Event::Ended(how)) => {
                // What it left behind in its group may hold the pipes.
                group.kill();
                watch.ended = Some((how, Instant::now()));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    drop(group);
    let Some((how, at)) = watch.ended else {
        return Err(io::Error::other("the end of a process could not be waited for"));
    };
    let how = if stop.is_stopped() { How::Stopped } else { watch.killed.unwrap_or(how) };
    Ok(End { how, elapsed: (at - started).saturating_sub(stop.paused() - paused) })
}

/// Decides how long to wait for what, and when it has been long enough.
struct Watch {
    /// Without the time for which everything is held up, which is not the process's own.
    deadline: Option<Instant>,
    paused: Duration,
    linger: Duration,
    next_look: Option<Instant>,
    standstill: proc::Standstill,
    open_pipes: usize,
    /// Why we killed it, if we did.
    killed: Option<How>,
    ended: Option<(How, Instant)>,
}

impl Watch {
    fn new(started: Instant, spec: &Spec<'_>) -> Self {
        Self {
            deadline: spec.limit.map(|limit| started + limit),
            paused: spec.stop.paused(),
            linger: spec.rest.patience(),
            next_look: (spec.standstill == Standstill::Ends).then_some(started + FIRST_LOOK),
            standstill: proc::Standstill::default(),
            open_pipes: 0,
            killed: None,
            ended: None,
        }
    }

    /// Kills what has had its time. Says how long to wait for an event; `None` if it is over.
    fn look(&mut self, group: &Group<'_>) -> Option<Duration> {
        let now = Instant::now();
        if let Some((_, at)) = self.ended {
            let left = (at + self.linger).saturating_duration_since(now);
            return (self.open_pipes > 0 && !left.is_zero()).then_some(left);
        }
        let paused = group.stop.paused();
        let lost = paused - std::mem::replace(&mut self.paused, paused);
        self.deadline = self.deadline.map(|deadline| deadline + lost);
        if self.killed.is_none() && self.deadline.is_some_and(|deadline| now >= deadline) {
            self.killed = Some(How::OverLimit(proc::activity(group.pid)));
            group.kill();
        }
        if self.killed.is_none() && self.next_look.is_some_and(|look| now >= look) {
            self.next_look = Some(now + LOOK_AGAIN);
            if self.standstill.observe(group.pid) {
                self.killed = Some(How::StoodStill);
                group.kill();
            }
        }
        let next = self.deadline.into_iter().chain(self.next_look).min().filter(|_| self.killed.is_none());
        Some(next.map_or(Duration::MAX, |next| next.saturating_duration_since(now)))
    }
}

/// Hears the pipes and the end of `pid`, each on a thread of its own.
fn listen(pid: Pid, pipes: Pipes) -> io::Result<Receiver<Event>> {
    let (sender, events) = mpsc::sync_channel(16);
    for (stream, pipe) in pipes {
        // Detached, as it may be blocked for as long as somebody keeps the pipe open.
        let sender = sender.clone();
        thread::Builder::new().name("reader".to_owned()).spawn(move || forward(stream, pipe, &sender))?;
    }
    thread::Builder::new().name("waiter".to_owned()).spawn(move || sender.send(Event::Ended(wait(pid))))?;
    Ok(events)
}

/// Starts the process; `None` if it was stopped before.
fn start(spec: Spec<'_>) -> io::Result<Option<(Group<'_>, Pipes)>> {
    use std::os::unix::process::CommandExt as _;

    let mut command = match spec.confine {
        Some(confinement) => confinement.apply(&spec.command)?,
        None => spec.command,
    };
    if let Some((name, value)) = spec.mark.as_deref().and_then(|mark| mark.split_once('=')) {
        command.env(name, value);
    }
    let (out, writer) = io::pipe()?;
    let mut pipes = vec![(Stream::Out, out)];
    command.stdin(Stdio::null()).process_group(0);
    match spec.streams {
        Streams::Merged => command.stderr(writer.try_clone()?),
        Streams::Split => {
            let (err, writer) = io::pipe()?;
            pipes.push((Stream::Err, err));
            command.stderr(writer)
        }
    };
    command.stdout(writer);
    // With the command, our copies of the writing ends are dropped.
    let child = spec.stop.spawn(&mut command)?;
    Ok(child.map(|child| (Group { pid: Pid::from_child(&child), mark: spec.mark, stop: spec.stop }, pipes)))
}

/// A process, those in its group, and those that escaped from it. None of them outlives this value.
struct Group<'a> {
    pid: Pid,
    mark: Option<String>,
    stop: &'a Stop,
}

impl Group<'_> {
    /// The leader has not been reaped, so this group is still the one that was meant.
    fn kill(&self) {
        let _ = kill_process_group(self.pid, Signal::KILL);
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        self.kill();
        self.stop.forget(self.pid);
        reap_group(self.pid);
        if let Some(mark) = &self.mark {
            kill_escaped(mark);
        }
        self.stop.gone();
    }
}

/// Reaps the leader and what was orphaned in its group: all of them have been killed.
fn reap_group(group: Pid) {
    let give_up = Instant::now() + Duration::from_secs(2);
    loop {
        match waitpgid(group, WaitOptions::NOHANG) {
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
            Ok(None) if Instant::now() < give_up => thread::sleep(Duration::from_millis(1)),
            Ok(None) | Err(_) => return,
        }
    }
}

/// Kills the processes that left the group. Their parents are dead, so they are our children now.
fn kill_escaped(mark: &str) {
    let ours = rustix::process::getpid();
    // Each round orphans the children of those killed in it.
    for _ in 0..32 {
        let mut escaped = proc::children(ours).unwrap_or_default();
        escaped.retain(|pid| proc::has_in_environment(*pid, mark));
        if escaped.is_empty() {
            return;
        }
        for pid in escaped {
            let _ = kill_process(pid, Signal::KILL);
            let _ = waitpid(Some(pid), WaitOptions::empty());
        }
    }
}

/// Passes on what comes out of `pipe`, until its end or until nobody wants it any more.
fn forward(stream: Stream, mut pipe: PipeReader, sender: &SyncSender<Event>) {
    let mut buffer = vec![0; 8 * 1024];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => {
                if sender.send(Event::Chunk(stream, buffer[..n].to_vec())).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    let _ = sender.send(Event::Closed);
}

/// Waits for the end of `pid` without reaping it.
fn wait(pid: Pid) -> How {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    loop {
        match waitid(WaitId::Pid(pid), options) {
            Ok(Some(status)) => return how(&status),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            // It cannot have been reaped by anybody else.
            Err(_) => return How::Exited(-1),
        }
    }
}

fn how(status: &WaitIdStatus) -> How {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => How::Exited(code),
        (None, signal) => How::Signalled(signal.unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests;
