//! Symbolic links are followed.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use super::Means;
use super::tests::Folder;

/// Would catch: watching only the folder of the link, where a save of the target causes no event.
#[test]
fn the_target_of_a_link_is_watched() {
    for link in ["src/lib.rs", "src"] {
        let folder = Folder::new(Means::Events);
        let elsewhere = tempfile::tempdir().unwrap();
        let real = elsewhere.path().join("real");
        fs::rename(folder.dir().join(link), &real).unwrap();
        symlink(&real, folder.dir().join(link)).unwrap();
        // Creating the link is one change or two, depending on when the files are compared.
        while folder.changes.recv_timeout(Duration::from_millis(300)).is_ok() {}
        let file = fs::canonicalize(folder.path()).unwrap();
        for round in 0..2 {
            fs::write(&file, format!("in place {round}")).unwrap();
            assert!(folder.changed(), "{link}: in place, round {round}");
            let other = elsewhere.path().join("other");
            fs::write(&other, format!("renamed over {round}")).unwrap();
            fs::rename(&other, &file).unwrap();
            assert!(folder.changed(), "{link}: renamed over, round {round}");
        }
    }
}
