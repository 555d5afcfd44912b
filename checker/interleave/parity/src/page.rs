//! Reads the output of rustdoc: the items of a module, and the members of an item.
//!
//! Stable rustdoc writes only HTML. Its anchors name every method and trait implementation, and std ships the same
//! pages.

use std::collections::BTreeSet;

/// The contents of a module page.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Module {
    pub items: Vec<Item>,
    pub reexports: Vec<Reexport>,
    /// The paths of `pub use path::*`.
    pub globs: Vec<String>,
}

/// An item with a page of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// As in the file name of its page: `struct`, `fn`, `mod`, …
    pub kind: String,
    pub name: String,
    /// Relative to the page of the module.
    pub link: String,
}

/// `pub use path as name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reexport {
    pub name: String,
    pub path: String,
}

/// The items of the module whose page is `html`. Unstable items are left out.
pub fn module(html: &str) -> Module {
    let mut module = Module::default();
    for row in between(html, "<dt", "</dt>") {
        if row.contains("stab unstable") {
            continue;
        }
        let code = text(row.split_once('>').map_or("", |(_, row)| row));
        if let Some(path) = code.trim().strip_prefix("pub use ").map(|path| path.trim_end_matches(';')) {
            let (path, name) = path.split_once(" as ").unwrap_or((path, last(path)));
            match path.strip_suffix("::*") {
                Some(path) => module.globs.push(path.to_owned()),
                None => module.reexports.push(Reexport { name: name.to_owned(), path: path.to_owned() }),
            }
        } else if let (Some(kind), Some(link), Some(title)) =
            (attribute(row, "class"), attribute(row, "href"), attribute(row, "title"))
            && let name = last(title.split_once(' ').map_or(title, |(_, path)| path))
            && !["keyword", "primitive", "attribute"].contains(&kind)
            && name != "_"
        {
            module.items.push(Item { kind: kind.to_owned(), name: name.to_owned(), link: link.to_owned() });
        }
    }
    module
}

/// The members of the type or trait whose page is `html`: `lock` for a method, variant or field, and `impl Debug` for a
/// trait implementation. Unstable members, and those that every type has, are left out.
pub fn members(html: &str) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    let is_trait = html.contains("<body class=\"rustdoc trait\">");
    // Everything after the last section of this kind belongs to other types.
    let html = html.split("<h2 id=\"blanket-implementations\"").next().unwrap_or(html);
    let mut in_unstable_impl = false;
    for section in html.split("<section id=\"").skip(1) {
        let Some((id, rest)) = section.split_once('"') else { continue };
        let class = attribute(rest, "class").unwrap_or_default();
        let is_unstable = rest.contains("class=\"stab unstable\"");
        if class == "impl" {
            in_unstable_impl = is_unstable;
        }
        if is_unstable || in_unstable_impl {
            continue;
        }
        match (class, id.split_once(['.', '-'])) {
            ("method" | "variant" | "associatedtype" | "associatedconstant", Some((_, name))) => {
                members.insert(without_count(name).to_owned());
            }
            // `impl !Send` has the same anchor as `impl Send`.
            ("impl", Some(("impl", _))) if !is_trait && !is_negative(rest) => members.extend(implementation(id)),
            _ => {}
        }
    }
    members.extend(between(html, "id=\"structfield.", "\"").map(str::to_owned));
    members.extend(between(html, "id=\"variant.", "\"").filter(|id| !id.contains('.')).map(str::to_owned));
    members
}

/// Whether a section states that a type does not have a trait: `impl<T> !Send for …`.
fn is_negative(section: &str) -> bool {
    let header = section.split_once("code-header\">").map_or("", |(_, header)| header);
    text(header.split("</h3>").next().unwrap_or_default()).split(" for ").next().is_some_and(|head| head.contains(" !"))
}

/// The page that a type alias refers to: the first link after its `=`.
pub fn aliased(html: &str) -> Option<&str> {
    let declaration = html.split_once("class=\"rust item-decl\"")?.1.split("</pre>").next()?;
    attribute(declaration.split_once(" = ")?.1, "href")
}

/// `impl From<_>` from `impl-From%3CT%3E-for-Mutex%3CT%3E`; `None` for an inherent implementation.
fn implementation(id: &str) -> Option<String> {
    let id = unescaped(id.strip_prefix("impl-")?);
    let (name, of) = id.split_once("-for-")?;
    let is_no_promise = matches!(name, "Freeze" | "UnsafeUnpin" | "StructuralPartialEq" | "Drop");
    if is_no_promise || is_parameter(of) {
        return None;
    }
    let reference = if of.starts_with('&') { " for a reference" } else { "" };
    Some(format!("impl {}{reference}", without_parameter_names(name)))
}

/// Replaces the names of type parameters, because two packages may name the same one differently.
fn without_parameter_names(name: &str) -> String {
    let mut out = String::new();
    for word in name.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_') {
        let end = word.len()
            - word.chars().last().map_or(0, |c| if c.is_alphanumeric() || c == '_' { 0 } else { c.len_utf8() });
        let (word, punctuation) = word.split_at(end);
        out += if is_parameter(word) { "_" } else { word };
        out += punctuation;
    }
    out
}

fn is_parameter(word: &str) -> bool {
    word.len() == 1 && word.chars().all(|c| c.is_ascii_uppercase())
}

/// Removes the number that rustdoc appends to repeated anchors: `set-1`.
fn without_count(id: &str) -> &str {
    match id.rsplit_once('-') {
        Some((name, count)) if count.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => id,
    }
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// The value of the first attribute `name`.
fn attribute<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    html.split_once(&format!("{name}=\""))?.1.split('"').next()
}

/// Each piece between `start` and the next `end`.
fn between<'a>(html: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    html.split(start).skip(1).filter_map(move |piece| piece.split_once(end)).map(|(piece, _)| piece)
}

/// `html` without its tags.
fn text(html: &str) -> String {
    let mut inside = false;
    let text: String = html
        .chars()
        .filter(|c| {
            let was_inside = inside;
            inside = *c == '<' || inside && *c != '>';
            !inside && !was_inside
        })
        .collect();
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Decodes `%3C` and the like.
fn unescaped(id: &str) -> String {
    let mut pieces = id.split('%');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => out.push(byte as char),
            None => out.push('%'),
        }
        out += piece.get(2..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_lists_items_reexports_and_globs_but_nothing_unstable() {
        let module = module(
            r#"<dl><dt><a class="struct" href="struct.Mutex.html" title="struct a::Mutex">Mu<wbr>tex</a></dt><dd>text</dd>
            <dt><a class="fn" href="fn.f.html" title="fn a::f">f</a><span class="stab unstable" title="">Experimental</span></dt>
            <dt id="reexport.B"><code>pub use real::b::<a class="struct" href="x.html" title="struct b::A">A</a> as B;</code></dt>
            <dt><code>pub use real::<a class="mod" href="y.html" title="mod c">c</a>::*;</code></dt></dl>"#,
        );
        let mutex = Item { kind: "struct".into(), name: "Mutex".into(), link: "struct.Mutex.html".into() };
        assert_eq!(module.items, [mutex]);
        assert_eq!(module.reexports, [Reexport { name: "B".into(), path: "real::b::A".into() }]);
        assert_eq!(module.globs, ["real::c"]);
    }

    #[test]
    fn a_type_has_methods_fields_and_implementations() {
        let members = members(
            r#"<body class="rustdoc struct"><span id="structfield.field" class="structfield"></span>
            <section id="impl-Mutex%3CT%3E" class="impl"></section><section id="method.set-1" class="method"></section>
            <section id="method.try_lock" class="method"></section><div class="stab unstable"></div>
            <section id="impl-From%3CT%3E-for-Mutex%3CT%3E" class="impl"></section>
            <section id="method.from" class="method trait-impl"></section>
            <section id="impl-Send-for-Mutex%3CU%3E" class="impl"><h3 class="code-header">impl !<a>Send</a> for X</h3></section>
            <section id="impl-Freeze-for-Mutex%3CU%3E" class="impl"></section>
            <h2 id="blanket-implementations"><section id="impl-Any-for-T" class="impl"></section>"#,
        );
        assert_eq!(members.into_iter().collect::<Vec<_>>(), ["field", "impl From<_>", "set"]);
    }

    #[test]
    fn an_alias_leads_to_the_type_it_stands_for() {
        let html = r#"<a href="first.html"></a><pre class="rust item-decl"><code>pub type Mutex&lt;T&gt; = <a class="struct"
            href="../lock_api/mutex/struct.Mutex.html">Mutex</a>&lt;T&gt;;</code></pre>"#;
        assert_eq!(aliased(html), Some("../lock_api/mutex/struct.Mutex.html"));
    }
}
