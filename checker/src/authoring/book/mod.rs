//! `checker dev book`: makes the book, as a folder of Markdown that mdBook turns into pages.
//!
//! What the answers to an exercise do is kept from the last run; `--pictures` runs those that are new.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use self::kept::{Kept, Known};
use self::material::{Entry, Material};
use self::pages::Book;
use self::shown::Shown;
use crate::error::{COMMAND, Exit, UserError};
use crate::session::Session;
use crate::system::toolchain;
use crate::ui::text::style::{Line, Text};
use crate::verdict::summary::counted;

mod exercise;
mod glossary;
pub mod kept;
mod links;
mod material;
mod pages;
mod paths;
mod pictures;
mod play;
mod search;
pub mod shown;

#[derive(clap::Args, Debug)]
pub struct Args {
    /// Run the answers whose pictures are missing, of all exercises or of these; without it, they are left out
    #[arg(long, value_name = "NAME", num_args = 0..)]
    pub pictures: Option<Vec<String>>,
    /// Only write the Markdown, and do not run mdbook
    #[arg(long)]
    pub no_build: bool,
}

/// The settings of the book, in the root of the course.
const SETTINGS: &str = "book.toml";
/// Where the settings let mdBook build, in the folder of the book.
const BUILT: &str = "html";
const STYLE: &str = include_str!("book.css");

pub fn execute(session: &Session, args: &Args) -> Result<Exit> {
    let root = session.root();
    let settings = fs::read_to_string(root.join(SETTINGS)).map_err(|error| {
        UserError::new(
            format!("{SETTINGS} cannot be read: {error}"),
            "restore it with git: it has the settings of the book",
        )
    })?;
    let material = Material::read(&session.catalogue)?;
    let kept = Kept::of(root);
    if let Some(names) = &args.pictures {
        let wanted: Vec<&str> = session.chosen(names)?.into_iter().map(|exercise| exercise.name.as_str()).collect();
        if pictures::make(session, &material, &wanted, &kept)?.is_none() {
            return Ok(Exit::Interrupted);
        }
    }
    let missing = pictures::missing_names(&material, &kept);
    if !missing.is_empty() {
        let names = missing.join(", ");
        (session.notes)(&format!(
            "note: without the pictures of {}, which `{COMMAND} dev book --pictures` makes: {names}",
            counted(missing.len(), "exercise")
        ));
    }
    let (pages, files) = contents(&material, &kept, &title(&settings))?;
    let known: BTreeSet<String> = files.keys().cloned().chain(html(&pages)).collect();
    let broken = links::broken(&pages, &known);
    if let Some(first) = broken.first() {
        let more = if broken.len() > 1 { format!(" (and {} more)", broken.len() - 1) } else { String::new() };
        return Err(UserError::new(format!("{first}{more}"), "correct the link, or write what it leads to").into());
    }
    let dir = toolchain::build_folder(root).join("book");
    let unindexed = search::without_index(&settings, &pages).with_context(|| format!("in {SETTINGS}"))?;
    write(&dir, &unindexed, pages.iter().chain(&files))?;
    let mut text = Text::new();
    text.push(Line::plain(format!(
        "{}, and {} to play on: {}",
        counted(pages.len() - 1, "page"),
        files.len(),
        session.shown(&dir.join("src"))
    )));
    if !args.no_build {
        build(&dir)?;
        let searched = dir.join("search");
        write(&searched, &settings, search::searchable(&pages).iter())?;
        build(&searched)?;
        search::replace_index(&dir.join(BUILT), &searched.join(BUILT))?;
        text.push(Line::plain(format!("the book: {}", session.shown(&dir.join(BUILT).join("index.html")))));
    }
    session.printer.print(&text)?;
    Ok(Exit::Done)
}

/// The pages in Markdown, and the pages to play on.
fn contents(material: &Material, kept: &Kept, title: &str) -> Result<(pages::Pages, BTreeMap<String, String>)> {
    let mut all: BTreeMap<String, Shown> = BTreeMap::new();
    let mut files = BTreeMap::new();
    let mut first: Option<(usize, String)> = None;
    for entry in material.entries() {
        let name = &entry.exercise.name;
        let key = kept.key(&entry.exercise, &entry.answers);
        let Some(mut shown) = kept.answers(name, &key) else { continue };
        if let Known::Yes(Some(game)) = kept.game(name, &key) {
            shown.game = Some(game.goal().to_owned());
            if game.is_for_beginners() && first.as_ref().is_none_or(|(size, _)| game.size() < *size) {
                first = Some((game.size(), name.clone()));
            }
            files.extend(game.pages(entry, &tests(entry)?));
        }
        all.insert(name.clone(), shown);
    }
    let first_game = first.as_ref().map(|(_, name)| name.as_str());
    let pages = pages::pages(&Book { title, material, shown: &all, first_game });
    let pages = pages.map_err(|what| UserError::new(what, "correct the link: only lessons and briefs are pages"))?;
    Ok((pages, files))
}

/// The test files of an exercise, by name.
fn tests(entry: &Entry) -> Result<Vec<(String, String)>> {
    let read = |file: &PathBuf| {
        let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        Ok((file.file_name().unwrap_or_default().to_string_lossy().into_owned(), text))
    };
    entry.exercise.tests.iter().map(read).collect()
}

/// The names that the pages have in HTML.
fn html(pages: &pages::Pages) -> impl Iterator<Item = String> {
    pages.keys().filter_map(|page| Some(format!("{}.html", page.strip_suffix(".md")?)))
}

/// The title in the settings of the book.
fn title(settings: &str) -> String {
    let settings: toml::Table = settings.parse().unwrap_or_default();
    let title = settings.get("book").and_then(|book| book.get("title")).and_then(toml::Value::as_str);
    title.unwrap_or("The course").to_owned()
}

/// Replaces the folder of the book's sources.
fn write<'a>(dir: &Path, settings: &str, files: impl Iterator<Item = (&'a String, &'a String)>) -> Result<()> {
    let sources = dir.join("src");
    if sources.exists() {
        fs::remove_dir_all(&sources).with_context(|| format!("{} cannot be removed", sources.display()))?;
    }
    let own = [(dir.join(SETTINGS), settings), (dir.join("book.css"), STYLE)];
    let pages = files.map(|(file, text)| (sources.join(file), text.as_str()));
    for (file, text) in own.into_iter().chain(pages) {
        fs::create_dir_all(file.parent().unwrap_or(dir))
            .and_then(|()| fs::write(&file, text))
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}

/// Runs mdbook in the folder of the book.
fn build(dir: &Path) -> Result<()> {
    let output = Command::new("mdbook").arg("build").arg(dir).stdin(Stdio::null()).output();
    let output = output.map_err(|error| match error.kind() {
        ErrorKind::NotFound => UserError::new(
            format!("mdbook is not installed; the pages are in {}", dir.join("src").display()),
            "install it with `cargo install mdbook --version ^0.5 --locked`, or do without it with `--no-build`",
        )
        .into(),
        _ => anyhow::Error::new(error).context("mdbook could not be started"),
    })?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || said.contains("WARN") {
        let what = format!("mdbook does not accept the book:\n{}", said.trim());
        return Err(UserError::new(
            what,
            "the generated pages are in target/book/src; version 0.5 of mdbook is needed",
        )
        .into());
    }
    Ok(())
}
