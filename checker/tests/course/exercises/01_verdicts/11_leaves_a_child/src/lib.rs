use std::process::Command;

/// The children keep our standard output; one of them leaves our process group, too.
pub fn spawn() {
    Command::new("sleep").arg("61.3").spawn().unwrap();
    Command::new("setsid").args(["sleep", "61.3"]).spawn().unwrap();
}
