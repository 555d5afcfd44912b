//! Files, TCP and signals, with Landlock.

use std::io;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, LandlockStatus, PathBeneath, PathFd, RestrictionStatus, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, Scope,
};

use crate::system::sandbox::{Access, Jail, Strength};

/// What this code was written for. An older kernel enforces the part of it that it knows.
const NEWEST: ABI = ABI::V9;
/// Before this version, any file that may be read may be emptied.
const WITH_TRUNCATION: i32 = 3;
/// From these versions on, TCP and signals are restricted.
const WITH_TCP: i32 = 4;
const WITH_SIGNALS: i32 = 6;

pub fn enforce(jail: &Jail) -> io::Result<()> {
    restrict(jail).map(|_| ()).map_err(io::Error::other)
}

fn restrict(jail: &Jail) -> Result<RestrictionStatus, RulesetError> {
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    for (access, path) in &jail.files {
        // What does not exist needs no rule.
        let Ok(opened) = PathFd::new(path) else { continue };
        let rights = if path.is_dir() { rights(*access) } else { rights(*access) & AccessFs::from_file(NEWEST) };
        if !rights.is_empty() {
            ruleset = ruleset.add_rule(PathBeneath::new(opened, rights))?;
        }
    }
    ruleset.restrict_self()
}

fn rights(access: Access) -> BitFlags<AccessFs> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    match access {
        Access::List => AccessFs::ReadDir.into(),
        Access::Read => read,
        Access::Run => read | AccessFs::Execute,
        Access::Write => {
            let special = AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev | AccessFs::ResolveUnix;
            read | (AccessFs::from_write(NEWEST) & !special)
        }
        Access::Fill => AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate,
    }
}

pub fn probe(strength: &mut Strength) {
    let found = match restrict(&Jail::default()) {
        Ok(status) => status.landlock,
        Err(error) => return strength.missing.push(format!("Landlock: {error}")),
    };
    let version = match found {
        LandlockStatus::Available { effective_abi, kernel_abi } => kernel_abi.unwrap_or(effective_abi as i32),
        LandlockStatus::NotEnabled => {
            return strength.missing.push(absent("this kernel has it, but it is not enabled"));
        }
        _ => return strength.missing.push(absent("this kernel is older than Linux 5.13, or was built without it")),
    };
    if version < WITH_TRUNCATION {
        return strength.missing.push(format!("Landlock {version} does not protect files enough; Linux 6.2 does"));
    }
    strength.protects_files = true;
    let parts = [(1, "files"), (WITH_TCP, "TCP"), (WITH_SIGNALS, "signals, abstract sockets")];
    let names = |holds: &dyn Fn(i32) -> bool| -> Vec<&str> {
        parts.iter().filter(|(since, _)| holds(*since)).map(|(_, name)| *name).collect()
    };
    strength.held.push(format!("Landlock {version}: {}", names(&|since| since <= version).join(", ")));
    let lacks = names(&|since| since > version).join(", ");
    if !lacks.is_empty() {
        strength.missing.push(format!("Landlock {version} does not know: {lacks}; a newer kernel does"));
    }
}

fn absent(why: &str) -> String {
    format!("Landlock: {why}")
}
