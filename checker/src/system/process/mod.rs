//! Runs a process until it ends, reaches its limit, or is ended by our [`Stop`]. Kills every descendant process.
//!
//! Each process leads its own group, so that the processes it starts can be killed with it. Its output goes through one
//! bounded channel, so a process that prints without end waits for the checker and fills no memory. The thread that
//! waits for the end of the process does not reap it, so its id cannot belong to another process when the group is
//! killed.

use std::io::{self, PipeReader, Read};
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

pub use self::confine::{Confinement, Priority};
use self::group::Leader;
pub use self::group::{death, hand_over};
pub use self::output::{HeadTail, Kept};
pub use self::stop::Stop;
use self::supervisor::Supervisor;
pub use self::sys::{adopt_orphans, usage};

pub mod confine;
mod output;
mod stop;
mod supervisor;

#[cfg(not(target_os = "linux"))]
mod fallback;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

// A group of processes: starting, killing and waiting.
#[cfg(unix)]
use self::unix as group;
#[cfg(windows)]
use self::windows as group;
// The state of a process, as the system shows it.
#[cfg(not(target_os = "linux"))]
use self::fallback as sys;
#[cfg(target_os = "linux")]
use self::linux as sys;

/// A process to run, and its limits.
///
/// By default, the command is confined and has no time limit, both streams are read until they end, and a process that
/// can never continue is not ended early.
pub struct Spec<'a> {
    command: Command,
    streams: Streams,
    limit: Option<Duration>,
    confine: Option<Confinement>,
    mark: Option<String>,
    standstill: Standstill,
    rest: Rest,
    answers: Option<PathBuf>,
    stop: &'a Stop,
}

impl<'a> Spec<'a> {
    pub fn new(command: Command, stop: &'a Stop) -> Spec<'a> {
        Spec {
            command,
            streams: Streams::Split,
            limit: None,
            confine: Some(Confinement::default()),
            mark: None,
            standstill: Standstill::Waits,
            rest: Rest::IsWanted,
            answers: None,
            stop,
        }
    }

    pub fn streams(self, streams: Streams) -> Self {
        Self { streams, ..self }
    }

    /// The process is killed after this time.
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit: Some(limit), ..self }
    }

    pub fn confine(self, confinement: Confinement) -> Self {
        Self { confine: Some(confinement), ..self }
    }

    /// Runs the command without confinement.
    #[cfg(test)]
    pub fn unconfined(self) -> Self {
        Self { confine: None, ..self }
    }

    /// Sets `NAME=VALUE`, unique to this run, in the environment of the process and of all its descendants.
    pub fn mark(self, mark: String) -> Self {
        Self { mark: Some(mark), ..self }
    }

    /// Whether to kill a process that can never continue, even before it reaches its limit.
    pub fn standstill(self, standstill: Standstill) -> Self {
        Self { standstill, ..self }
    }

    pub fn rest(self, rest: Rest) -> Self {
        Self { rest, ..self }
    }

    /// Before the process is killed because it hangs, its threads are asked where they stand. They answer in this file,
    /// if the system and the process support it.
    pub fn answers(self, file: PathBuf) -> Self {
        Self { answers: Some(file), ..self }
    }
}

/// Whether standard output and standard error are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streams {
    /// In the order in which they were written, all as [`Stream::Out`].
    Merged,
    Split,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standstill {
    Ends,
    Waits,
}

/// How long to wait for unread output after the process has ended.
///
/// A descendant may keep the pipe open for ever, and on a busy machine our reader thread may be late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// A short time, for output that is only displayed.
    MayBeLost,
    /// A long time, for output that must be complete because it is parsed.
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

/// The stream that a piece of output came from.
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
    /// By a signal, or on Windows by an exception; with its number.
    Signalled(i32),
    /// By our `Stop`.
    Stopped,
    /// Each of its threads waited for another one, without a time limit.
    StoodStill,
    OverLimit(Activity),
}

/// What a process was doing when it reached its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(target_os = "linux", test)), expect(dead_code, reason = "only Linux shows it"))]
pub enum Activity {
    Busy,
    Asleep,
    /// The system does not show it.
    Unknown,
}

/// The resources that a process has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// How often one of its threads was scheduled again after sleeping.
    pub wake_ups: u64,
    /// Its resident memory, in bytes.
    pub memory: u64,
}

/// From the reader threads and the waiting thread.
enum Event {
    Chunk(Stream, Vec<u8>),
    Closed,
    Ended,
}

/// The read ends of the process's output.
type Pipes = Vec<(Stream, PipeReader)>;

/// The least and the most memory that a process may address. The stacks of threads are reserved long before they are
/// used.
const MEMORY: (u64, u64) = (2 << 30, 4 << 30);

/// How much memory one of several processes may have: a quarter of the machine's, within the bounds.
pub fn share_of_memory() -> u64 {
    let (least, most) = MEMORY;
    sys::machine_memory().map_or(most, |all| (all / 4).clamp(least, most))
}

/// Runs `spec`, and passes the output to `sink` as it arrives.
pub fn run(spec: Spec<'_>, sink: &mut dyn FnMut(Stream, &[u8])) -> io::Result<End> {
    let started = Instant::now();
    let stop = spec.stop;
    let paused = stop.paused();
    let mut watch = Supervisor::new(started, &spec);
    let Some((mut group, pipes)) = start(spec)? else {
        return Ok(End { how: How::Stopped, elapsed: started.elapsed() });
    };
    watch.open_pipes = pipes.len();
    let events = listen(&group.leader, pipes)?;
    while let Some(patience) = watch.look(&group) {
        match events.recv_timeout(patience) {
            Ok(Event::Chunk(stream, bytes)) => sink(stream, &bytes),
            Ok(Event::Closed) => watch.open_pipes -= 1,
            Ok(Event::Ended) => {
                // Descendants in the group may still hold the pipes open.
                group.leader.kill();
                watch.ended = Some(Instant::now());
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let how = group.end();
    let (Some(at), Some(how)) = (watch.ended, how) else {
        return Err(io::Error::other("the end of a process could not be waited for"));
    };
    let how = if stop.is_stopped() { How::Stopped } else { watch.killed.unwrap_or(how) };
    Ok(End { how, elapsed: (at - started).saturating_sub(stop.paused() - paused) })
}

/// Reads the pipes and waits for `leader` to end, each on a thread of its own.
fn listen(leader: &Leader, pipes: Pipes) -> io::Result<Receiver<Event>> {
    let (sender, events) = mpsc::sync_channel(16);
    for (stream, pipe) in pipes {
        // Detached, because it stays blocked for as long as any process keeps the pipe open.
        let sender = sender.clone();
        thread::Builder::new().name("reader".to_owned()).spawn(move || forward(stream, pipe, &sender))?;
    }
    let leader = leader.clone();
    thread::Builder::new().name("waiter".to_owned()).spawn(move || {
        leader.wait();
        sender.send(Event::Ended)
    })?;
    Ok(events)
}

/// Starts the process; `None` if `spec` was stopped before.
fn start(spec: Spec<'_>) -> io::Result<Option<(Group<'_>, Pipes)>> {
    let mut command = match spec.confine {
        Some(confinement) => confinement.apply(&spec.command)?,
        None => spec.command,
    };
    if let Some((name, value)) = spec.mark.as_deref().and_then(|mark| mark.split_once('=')) {
        command.env(name, value);
    }
    let (out, writer) = io::pipe()?;
    let mut pipes = vec![(Stream::Out, out)];
    match spec.streams {
        Streams::Merged => command.stderr(writer.try_clone()?),
        Streams::Split => {
            let (err, writer) = io::pipe()?;
            pipes.push((Stream::Err, err));
            command.stderr(writer)
        }
    };
    command.stdout(writer);
    // Dropping the command closes our copies of the write ends.
    let leader = spec.stop.spawn(&mut command)?;
    Ok(leader.map(|leader| (Group { leader, mark: spec.mark, stop: spec.stop, is_gone: false }, pipes)))
}

/// A process, those in its group, and those that escaped from the group. None of them outlives this value.
struct Group<'a> {
    leader: Leader,
    mark: Option<String>,
    stop: &'a Stop,
    is_gone: bool,
}

impl Group<'_> {
    /// Kills all of them. Returns how the first one ended.
    fn end(&mut self) -> Option<How> {
        if std::mem::replace(&mut self.is_gone, true) {
            return None;
        }
        // The leader has not been reaped, so the group id still refers to this group.
        self.leader.kill();
        self.stop.forget(&self.leader);
        let how = self.leader.reap();
        if let Some(mark) = &self.mark {
            sys::kill_escaped(mark);
        }
        self.stop.gone();
        how
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Sends the output of `pipe`, until it ends or the receiver is dropped.
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
