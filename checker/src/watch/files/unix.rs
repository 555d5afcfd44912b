//! Links, as Unix has them, are followed.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use super::Means;
use super::tests::Folder;

/// Would catch: a watch of the folder of a link only, in which nothing happens when the file is saved.
#[test]
fn a_link_is_watched_where_its_file_lies() {
    for link in ["src/lib.rs", "src"] {
        let folder = Folder::new(Means::Events);
        let elsewhere = tempfile::tempdir().unwrap();
        let real = elsewhere.path().join("real");
        fs::rename(folder.dir().join(link), &real).unwrap();
        symlink(&real, folder.dir().join(link)).unwrap();
        // Whether making the link is one change or two depends on when it is looked at.
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
