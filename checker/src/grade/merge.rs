//! `checker grade merge`: the reports of all shards as one report.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::error::{COMMAND, UserError};
use crate::grade::report::{End, Report, Totals, lines};
use crate::grade::shard::Shard;

/// Reads `files` and joins them.
pub fn merge(files: &[PathBuf]) -> Result<Report, UserError> {
    let reports = files.iter().map(|file| Ok((file.as_path(), lines::read(file)?))).collect::<Result<_, _>>()?;
    join(reports)
}

/// One report is its own merger, complete or not: so it can be shown in another format.
fn join(mut reports: Vec<(&Path, Report)>) -> Result<Report, UserError> {
    reports.sort_by_key(|(_, report)| report.start.shard);
    if let [(_, only)] = reports.as_slice()
        && only.start.shard == Shard::ALL
    {
        return Ok(only.clone());
    }
    for (file, report) in &reports {
        complete(file, report)?;
    }
    fits(&reports)?;
    let mut reports = reports.into_iter().map(|(_, report)| report);
    let Some(mut merged) = reports.next() else {
        return Err(UserError::new("there is no report", "name the files that `--format json` wrote"));
    };
    let mut ms = merged.end.as_ref().map_or(0, |end| end.ms);
    for report in reports {
        merged.rows.extend(report.rows);
        ms += report.end.map_or(0, |end| end.ms);
    }
    unique(&merged)?;
    merged.sort();
    merged.start.shard = Shard::ALL;
    merged.start.rows = merged.start.all_rows;
    let Totals { passed, points, of, .. } = Totals::of(&merged.rows);
    merged.end = Some(End { aborted: false, why: None, passed, points, of, ms });
    Ok(merged)
}

fn complete(file: &Path, report: &Report) -> Result<(), UserError> {
    match report.incomplete() {
        None => Ok(()),
        Some(why) => {
            let shard = report.start.shard;
            let what = format!("{} (shard {shard}) is not complete: {why}", file.display());
            let help = format!("run `{COMMAND} grade --shard {shard}` again; it goes on where it stopped");
            Err(UserError::new(what, help))
        }
    }
}

/// Whether the reports, sorted by shard, are all shards of one work.
fn fits(reports: &[(&Path, Report)]) -> Result<(), UserError> {
    let Some((first, expected)) = reports.first() else { return Ok(()) };
    let (first, expected) = (first.display(), &expected.start);
    for (file, report) in reports {
        let (file, start) = (file.display(), &report.start);
        let refuse = |what: String, help: &str| Err(UserError::new(what, help));
        if start.course != expected.course {
            let what = format!("{file} is about another version of the course than {first}");
            return refuse(what, "grade all shards with the same course, checker, compiler and course.toml");
        }
        if start.work != expected.work || start.all_rows != expected.all_rows {
            return refuse(format!("{file} is about other files than {first}"), "grade all shards of the same files");
        }
        if start.shard.of != expected.shard.of {
            let what = format!("{file} is shard {}, and {first} is shard {}", start.shard, expected.shard);
            return refuse(what, "merge the shards of one division");
        }
    }
    if let Some(pair) = reports.windows(2).find(|pair| pair[0].1.start.shard == pair[1].1.start.shard) {
        let (a, b) = (pair[0].0.display(), pair[1].0.display());
        let what = format!("{a} and {b} are the same shard, {}", pair[0].1.start.shard);
        return Err(UserError::new(what, "name each shard once"));
    }
    let has = |number: usize| reports.iter().any(|(_, report)| report.start.shard.number == number);
    let of = expected.shard.of;
    let missing: Vec<String> =
        (1..=of).filter(|number| !has(*number)).map(|number| Shard { number, of }.to_string()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let help = format!("grade what is missing, such as with `{COMMAND} grade --shard {}`", missing[0]);
    Err(UserError::new(format!("not all shards are here: {} missing", missing.join(", ")), help))
}

/// Whether each row is there once. Only an edited report fails this.
fn unique(merged: &Report) -> Result<(), UserError> {
    let mut times: HashMap<(Option<&str>, &str), usize> = HashMap::new();
    for row in &merged.rows {
        *times.entry((row.student.as_deref(), &row.path)).or_default() += 1;
    }
    if times.len() == merged.rows.len() && merged.rows.len() == merged.start.all_rows {
        return Ok(());
    }
    let what = format!("there are {} rows instead of {}", merged.rows.len(), merged.start.all_rows);
    Err(UserError::new(what, "grade all shards of the same files again"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::report::example;
    use crate::verdict::Kind;

    fn shards() -> Vec<Report> {
        let all = example::report(vec![
            example::row(None, "01_threads/01_monitor", None, 2),
            example::row(None, "02_mutex/03_abba", Some(Kind::Deadlock), 2),
            example::row(None, "02_mutex/04_poison", None, 3),
        ]);
        let shard = |number| {
            let shard = Shard { number, of: 2 };
            let rows = all.rows.iter().enumerate().filter(|(at, _)| shard.has(*at)).map(|(_, row)| row.clone());
            let mut report = example::report(rows.collect());
            report.start.shard = shard;
            report.start.all_rows = 3;
            report
        };
        vec![shard(1), shard(2)]
    }

    fn joined(reports: Vec<Report>) -> Result<Report, UserError> {
        const NAMES: [&str; 3] = ["a.json", "b.json", "c.json"];
        join(NAMES.iter().map(Path::new).zip(reports).collect())
    }

    #[test]
    fn all_shards_make_the_whole_report_in_any_order() {
        let mut shards = shards();
        shards.reverse();
        let merged = joined(shards).unwrap();
        let paths: Vec<&str> = merged.rows.iter().map(|row| row.path.as_str()).collect();
        assert_eq!(paths, ["01_threads/01_monitor", "02_mutex/03_abba", "02_mutex/04_poison"]);
        let end = merged.end.as_ref().unwrap();
        assert_eq!((end.points, end.of, end.passed, merged.start.shard), (5, 7, 2, Shard::ALL));
        assert_eq!(merged.incomplete(), None);
        assert_eq!(joined(vec![merged.clone()]).unwrap(), merged);
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let change = |of: usize, change: &dyn Fn(&mut Report)| {
            let mut shards = shards();
            change(&mut shards[of]);
            joined(shards).unwrap_err().to_string()
        };
        let one = |at: usize| joined(vec![shards().remove(at)]).unwrap_err().to_string();
        assert_eq!(one(0), "not all shards are here: 2/2 missing");
        assert_eq!(one(1), "not all shards are here: 1/2 missing");
        let said = change(1, &|report| report.start.course = "another".to_owned());
        assert_eq!(said, "b.json is about another version of the course than a.json");
        let said = change(1, &|report| report.start.work = "another".to_owned());
        assert_eq!(said, "b.json is about other files than a.json");
        let said = change(1, &|report| report.start.shard.of = 3);
        assert_eq!(said, "b.json is shard 2/3, and a.json is shard 1/2");
        let said = change(1, &|report| report.start.shard.number = 1);
        assert_eq!(said, "a.json and b.json are the same shard, 1/2");
        let said = change(1, &|report| report.end = None);
        assert_eq!(said, "b.json (shard 2/2) is not complete: it was killed while it ran");
        let said = change(1, &|report| report.end.as_mut().unwrap().aborted = true);
        assert_eq!(said, "b.json (shard 2/2) is not complete: interrupted");
        let said = change(1, &|report| {
            report.rows.clear();
        });
        assert_eq!(said, "b.json (shard 2/2) is not complete: 1 of its rows are missing");
        let said = change(1, &|report| report.rows[0].path = "02_mutex/04_poison".to_owned());
        assert_eq!(said, "there are 3 rows instead of 3");
    }
}
