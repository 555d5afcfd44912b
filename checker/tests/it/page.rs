//! The page of a failing interleaving in a real browser: it renders, loads nothing from outside, and can be read with
//! the keyboard.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::Course;

/// The names under which Debian and other systems install it.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Visits the page by keyboard and reports in the title what it found.
const VISIT: &str = r#"<script>
window.addEventListener('error', (event) => { document.title = `error: ${event.message}`; });
window.addEventListener('load', () => {
  const seen = [];
  const steps = document.querySelectorAll('.step').length;
  for (let i = 0; i < steps + 1; i += 1) {
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', cancelable: true }));
    const label = document.activeElement.getAttribute('aria-label');
    const lit = [...document.querySelectorAll('li.lit')].map((line) => line.textContent.trim()).join('|');
    const partners = document.querySelectorAll('.bar.lit').length;
    seen.push(`${label} => ${lit} (${partners})`);
  }
  const loaded = performance.getEntriesByType('resource').length;
  const width = document.querySelector('svg').getBoundingClientRect().width;
  const played = [];
  for (let i = 0; i < 100; i += 1) {
    const open = [...document.querySelectorAll('#tasks button:not(:disabled)')];
    if (!open.length) break;
    // In turns, which is how these threads get in each other's way.
    open[i % open.length].click();
    played.push(document.getElementById('fate').className);
  }
  const end = document.getElementById('fate').textContent;
  const count = document.getElementById('count').textContent;
  const press = (key) => document.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }));
  const told = () => document.querySelectorAll('#log li').length;
  const moves = [told()];
  // One step back, the same one again by its number, and all over.
  press('u');
  moves.push(told());
  press(String([...document.querySelectorAll('#tasks button')].findIndex((task) => !task.disabled) + 1));
  moves.push(told());
  press('r');
  moves.push(document.getElementById('count').textContent);
  const small = [...document.querySelectorAll('.play button')].filter((b) => b.getBoundingClientRect().height < 44);
  const report = { seen, loaded, width, played, end, count, moves, small: small.length };
  if (!document.title.startsWith('error')) document.title = `report: ${JSON.stringify(report)}`;
});
</script>"#;

fn browser() -> Option<&'static str> {
    let works = |name: &&str| {
        Command::new(name)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    };
    BROWSERS.into_iter().find(works)
}

/// Would catch: a page that does not render, whose scheduler cannot be driven to the deadlock, that loads a resource,
/// whose steps need a mouse, or that highlights the wrong line.
#[test]
fn the_page_is_read_with_the_keyboard_and_loads_nothing() {
    let Some(browser) = browser() else {
        assert!(std::env::var_os("CI").is_none(), "CI has to have a browser: none of {BROWSERS:?} starts");
        eprintln!("no browser here, so the page is not looked at");
        return;
    };
    let course = Course::to_build();
    let page = course.root.join("page.html");
    course.run(&["run", "abba"]).expect(1);
    course.run(&["replay", "abba", "--html", page.to_str().unwrap()]).expect(1);
    let html = fs::read_to_string(&page).unwrap().replace("</html>", &format!("{VISIT}</html>"));
    fs::write(&page, html).unwrap();
    let profile = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let title = dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
    let report = title.strip_prefix("report: ").unwrap_or_else(|| panic!("the page says {title:?}\n{dom}"));
    let report: serde_json::Value = serde_json::from_str(&report.replace("&gt;", ">").replace("&amp;", "&")).unwrap();
    assert_eq!(report["loaded"], 0, "something was loaded: {report}");
    assert!(report["width"].as_f64().unwrap() > 200.0, "{report}");
    let seen: Vec<&str> = report["seen"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
    assert_eq!(seen.len(), 5, "{report}");
    assert!(seen[0].contains("Step 1: thread 1 locks `left`") && seen[0].contains("self.left.lock()"), "{report}");
    assert!(seen[3].contains("waits for `right`") && seen[3].contains("self.right.lock()"), "{report}");
    assert!(!seen[3].ends_with("(0)"), "the one who holds `right` is not lit: {report}");
    assert_eq!(seen[3], seen[4], "the last step is the end");
    let played: Vec<&str> = report["played"].as_array().unwrap().iter().map(|fate| fate.as_str().unwrap()).collect();
    assert_eq!(played.first(), Some(&"open"), "{report}");
    assert_eq!(played.last(), Some(&"fails"), "{report}");
    let end = report["end"].as_str().unwrap();
    assert!(end.starts_with("deadlock: "), "{report}");
    assert!(
        end.ends_with(&format!("You reached the deadlock after {}.", report["count"].as_str().unwrap())),
        "{report}"
    );
    let told = report["moves"][0].as_u64().unwrap();
    assert_eq!(report["moves"], serde_json::json!([told, told - 1, told, "0 steps"]), "{report}");
    assert_eq!(report["small"], 0, "a finger needs 44 px: {report}");
}
