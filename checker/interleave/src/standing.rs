//! Where the threads of a test stand that does not end: before the checker ends its process, it asks with a signal, and
//! each thread answers with a line of a file.

#[cfg_attr(target_os = "linux", path = "standing/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "standing/fallback.rs")]
mod system;

pub(crate) use system::answer_when_asked;
