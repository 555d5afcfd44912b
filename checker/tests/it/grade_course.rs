//! A teacher's selection of exercises, in the commands that know it.

use std::fs;

use crate::grade_marks::COURSE;
use crate::support::run;
use crate::toys::Toys;

#[test]
fn only_what_is_selected_is_listed_and_run_under_the_teachers_name() {
    let toys = Toys::new();
    let selected = "name = \"Two toys\"\n[[exercise]]\nname = \"alpha\"\ndue = 2026-12-04T23:59:00+01:00\n\
                    [[exercise]]\nname = \"gamma\"\n";
    fs::write(toys.root.join("course.toml"), selected).unwrap();
    let list = run(&mut toys.checker(&["list"])).expect(0).stdout;
    assert!(list.starts_with("Two toys\n\n01_toys 0/2\n") && list.ends_with("0 of 2 solved\n"), "{list}");
    assert!(list.contains("The toy alpha · due 2026-12-04 23:59 +01:00\n") && !list.contains("beta"), "{list}");
    let json = run(&mut toys.checker(&["list", "--json"])).expect(0).json();
    assert_eq!(
        (&json["title"], &json["exercises"][0]["due"]),
        (&"Two toys".into(), &"2026-12-04T23:59:00+01:00".into())
    );
    let ran = run(&mut toys.checker(&["run", "--all"])).expect(1).stdout;
    assert!(ran.ends_with("0 of 2 pass\n"), "{ran}");
    let other = run(&mut toys.checker(&["run", "beta"])).expect(2).stderr;
    assert_eq!(
        other,
        "error: course.toml does not select `beta`\n help: `cargo checker list` shows what belongs to your course\n"
    );
    // What was current before the teacher selected does not matter.
    toys.progress(r#"{"schema":1,"current":"beta","exercises":{"alpha":{"solved":true}}}"#);
    let ran = run(&mut toys.checker(&["run"])).expect(1).stdout;
    assert!(ran.contains(" · gamma: "), "{ran}");
}

#[test]
fn a_fault_in_course_toml_is_an_error_with_its_line() {
    let toys = Toys::new();
    fs::write(toys.root.join("course.toml"), COURSE.replace("gamma", "gama")).unwrap();
    for command in [&["list"][..], &["run"], &["grade"], &["hint"]] {
        let said = run(&mut toys.checker(command)).expect(2).stderr;
        assert!(said.contains("error: course.toml, line 12: there is no exercise `gama`\n help: "), "{said}");
    }
    assert!(toys.calls().is_empty());
}
