//! System calls that are refused, with seccomp.
//!
//! Landlock knows TCP, but not UDP, nor, before Linux 7.1, sockets that are files, behind which a container engine may
//! listen. And it does not limit processes. The limit `RLIMIT_NPROC` counts all processes of a user, and none of root's.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

use crate::system::sandbox::{Processes, Strength};

/// Never needed to compile or to test: the network, what lies deeper in the kernel, and other processes' insides.
const NEVER: [i64; 23] = [
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
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_clock_settime,
];

pub fn enforce(processes: Processes) -> io::Result<()> {
    apply(NEVER.into_iter().map(|call| (call, Vec::new())).collect(), libc::EPERM)?;
    if processes == Processes::One {
        apply(forks()?, libc::EPERM)?;
        // Its arguments are in memory, where a filter cannot look. The C library then falls back to `clone`.
        apply(BTreeMap::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS)?;
    }
    Ok(())
}

/// All ways to start a process, but not a thread.
fn forks() -> io::Result<BTreeMap<i64, Vec<SeccompRule>>> {
    let thread = libc::CLONE_THREAD as u64;
    let is_no_thread = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0);
    let no_thread = SeccompRule::new(vec![is_no_thread.map_err(io::Error::other)?]).map_err(io::Error::other)?;
    let mut calls = BTreeMap::from([(libc::SYS_clone, vec![no_thread])]);
    #[cfg(target_arch = "x86_64")]
    calls.extend([libc::SYS_fork, libc::SYS_vfork].map(|call| (call, Vec::new())));
    Ok(calls)
}

/// Refuses `calls` with `errno`. An empty list of rules means whatever the arguments are.
fn apply(calls: BTreeMap<i64, Vec<SeccompRule>>, errno: i32) -> io::Result<()> {
    let refuse = SeccompAction::Errno(errno.unsigned_abs());
    let arch = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, refuse, arch).map_err(io::Error::other)?;
    let program = BpfProgram::try_from(filter).map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}

pub fn probe(strength: &mut Strength) {
    match enforce(Processes::One) {
        Ok(()) => strength.held.push("seccomp: sockets, and processes of tests".to_owned()),
        Err(error) => strength.missing.push(format!("seccomp: {error}, so tests may start processes")),
    }
}
