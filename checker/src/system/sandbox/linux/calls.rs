//! System calls that are refused, with seccomp.
//!
//! Landlock knows TCP, but not UDP, nor, before Linux 7.1, sockets that are files, behind which a container engine may
//! listen. It does not limit processes; the limit `RLIMIT_NPROC` counts all processes of a user, and none of root's. And
//! it lets a process change the mode, the owner and the times of any file of its user.

use std::collections::BTreeMap;
use std::io;

use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

use crate::system::sandbox::{Processes, Strength};

/// Never needed to compile or to test: the network, what lies deeper in the kernel, and other processes' insides.
const NEVER: [i64; 38] = [
    libc::SYS_socket,
    libc::SYS_io_uring_setup,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_by_handle_at,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_shmget,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
];

/// Needed to compile, but not to test: changes to files other than to their content, and signals to other processes. The
/// last four have the same number on every processor: `fchmodat2`, `setxattrat`, `removexattrat`, `file_setattr`.
const NOT_IN_TESTS: [i64; 21] = [
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    libc::SYS_truncate,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    452,
    463,
    466,
    469,
];
/// Older names for some of them.
#[cfg(target_arch = "x86_64")]
const OLDER: [i64; 8] = [
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
    libc::SYS_fork,
    libc::SYS_vfork,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: [i64; 0] = [];

/// By system call: in which cases it is refused; always, if the list is empty.
type Calls = BTreeMap<i64, Vec<SeccompRule>>;

pub fn enforce(processes: Processes) -> io::Result<()> {
    apply(always(NEVER), libc::EPERM)?;
    if processes == Processes::One {
        let nothing = CapabilitySet::empty();
        set_capabilities(None, CapabilitySets { effective: nothing, permitted: nothing, inheritable: nothing })?;
        let mut calls: Calls = always(NOT_IN_TESTS);
        calls.extend(always(OLDER));
        // What is no thread.
        calls.insert(libc::SYS_clone, vec![rule(0, SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64), 0)?]);
        // A signal to a thread of another process.
        calls.insert(libc::SYS_tgkill, vec![rule(0, SeccompCmpOp::Ne, u64::from(std::process::id()))?]);
        // Root may raise its own limits. Asking for them is harmless.
        calls.extend(always([libc::SYS_setrlimit]));
        calls.insert(libc::SYS_prlimit64, vec![rule(2, SeccompCmpOp::Ne, 0)?]);
        apply(calls, libc::EPERM)?;
        // Its arguments are in memory, where a filter cannot look. The C library then falls back to `clone`.
        apply(always([libc::SYS_clone3]), libc::ENOSYS)?;
    }
    Ok(())
}

fn always(calls: impl IntoIterator<Item = i64>) -> Calls {
    calls.into_iter().map(|call| (call, Vec::new())).collect()
}

/// A rule about the argument `at`.
fn rule(at: u8, comparison: SeccompCmpOp, value: u64) -> io::Result<SeccompRule> {
    let condition = SeccompCondition::new(at, SeccompCmpArgLen::Qword, comparison, value);
    SeccompRule::new(vec![condition.map_err(io::Error::other)?]).map_err(io::Error::other)
}

/// Refuses `calls` with `errno`.
fn apply(calls: Calls, errno: i32) -> io::Result<()> {
    let refuse = SeccompAction::Errno(errno.unsigned_abs());
    let arch = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, refuse, arch).map_err(io::Error::other)?;
    let program = BpfProgram::try_from(filter).map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}

pub fn probe(strength: &mut Strength) {
    match enforce(Processes::One) {
        Ok(()) => strength.held.push("seccomp: sockets, and of tests processes, modes and owners of files".to_owned()),
        Err(error) => strength.missing.push(format!("seccomp: {error}, so tests may start processes")),
    }
}
