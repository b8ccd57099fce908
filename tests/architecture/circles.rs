//! Finds circles of files: files that can only be understood together. A file depends on another if its code
//! names an item of it. An item belongs to the file that defines it, whichever file exports it. What the files
//! of a folder take from the folder's own file is not counted: it is there for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::source::{has_word, paths_from, product_code, source_files};

/// The code of each file of a crate, by its module path, such as `http::routes`; the root's path is empty.
type Sources = BTreeMap<String, String>;

/// Which file depends on which, by module paths.
type Dependencies = BTreeMap<String, BTreeSet<String>>;

/// One file, read.
struct Module {
    /// The code without the `use` items that only export.
    body: String,
    /// The full path of each name that a `use` item brings into the module.
    imports: BTreeMap<String, String>,
}

/// The circles of a crate: for each one its dependencies, as `a -> b`.
pub(crate) fn circles(folder: &Path, is_skipped: impl Fn(&Path) -> bool) -> Vec<Vec<String>> {
    let files = source_files(folder).into_iter().filter(|file| !is_skipped(file));
    let read =
        files.map(|file| (module_path(file.strip_prefix(folder).expect("inside")), product_code(&file)));
    circles_of(&dependencies(&read.collect()))
}

fn module_path(file: &Path) -> String {
    let path = file.with_extension("");
    let parts = path.iter().filter_map(|part| part.to_str());
    parts.filter(|part| !["mod", "lib", "main"].contains(part)).collect::<Vec<_>>().join("::")
}

fn dependencies(sources: &Sources) -> Dependencies {
    let modules: BTreeMap<&str, Module> =
        sources.iter().map(|(at, code)| (at.as_str(), read_module(at, code, sources))).collect();
    let used = |at: &str, module: &Module| {
        let paths = paths_in(at, &module.body, &module.imports, sources).into_iter();
        let files = paths.map(|(_, path)| definer(&modules, &path, 0));
        files.filter(|other| !is_within(at, other)).collect()
    };
    modules.iter().map(|(at, module)| ((*at).to_owned(), used(at, module))).collect()
}

fn read_module(at: &str, code: &str, sources: &Sources) -> Module {
    let mut module = Module { body: String::new(), imports: BTreeMap::new() };
    let mut exports = BTreeMap::new();
    let mut rest = code;
    while let Some((begin, item)) = next_use(rest) {
        let names = paths_in(at, item, &BTreeMap::new(), sources);
        module.body.push_str(&rest[..begin]);
        if module.body.ends_with("#[cfg(test)]\n") {
            // Only tests import it.
        } else if item.starts_with("pub") {
            exports.extend(names);
        } else {
            module.body.push_str(item);
            module.imports.extend(names);
        }
        rest = &rest[begin + item.len()..];
    }
    module.body.push_str(rest);
    // A module depends on what it exports only if it uses the name itself.
    for (_, path) in exports.iter().filter(|(name, _)| has_word(rest, name)) {
        module.body.push_str(&format!("\nuse crate::{path};"));
    }
    module.imports.extend(exports);
    module
}

/// The next `use` item of a module: where it begins, and its text with the semicolon.
fn next_use(code: &str) -> Option<(usize, &str)> {
    let starts = ["use ", "pub use ", "pub(crate) use ", "pub(super) use "];
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        if starts.iter().any(|start| line.starts_with(start)) {
            let end = code[at..].find(';').expect("a `use` item ends");
            return Some((at, &code[at..=at + end]));
        }
        at += line.len();
    }
    None
}

/// The names in the code that are paths into its crate, each with its full path: those that begin with `crate`,
/// `self`, `super`, a submodule, or an imported module.
fn paths_in(
    at: &str,
    code: &str,
    imports: &BTreeMap<String, String>,
    sources: &Sources,
) -> Vec<(String, String)> {
    let children = sources.keys().filter(|path| !path.is_empty() && parent(path) == at);
    let mut starts: Vec<(&str, &str)> = children.map(|child| (last(child), child.as_str())).collect();
    let modules = imports.iter().filter(|(_, path)| sources.contains_key(*path));
    starts.extend(modules.map(|(name, path)| (name.as_str(), path.as_str())));
    starts.extend([("crate", ""), ("self", at), ("super", parent(at))]);
    let mut all = Vec::new();
    for (start, base) in starts {
        for found in paths_from(code, start) {
            let (mut base, mut path) = (base, found.path.as_str());
            while let Some(rest) = path.strip_prefix("super::") {
                (base, path) = (parent(base), rest);
            }
            let path = path.trim_end_matches('*').trim_end_matches("::");
            all.push((found.name, joined(base, path)));
        }
    }
    all
}

/// The module that defines the item of a full path.
fn definer(modules: &BTreeMap<&str, Module>, path: &str, depth: usize) -> String {
    assert!(depth < 32, "{path} is exported in a circle");
    let (mut at, mut rest) = (String::new(), path);
    while !rest.is_empty() {
        let (name, below) = rest.split_once("::").unwrap_or((rest, ""));
        let child = joined(&at, name);
        if modules.contains_key(child.as_str()) {
            (at, rest) = (child, below);
        } else if let Some(full) = modules.get(at.as_str()).and_then(|module| module.imports.get(name)) {
            return definer(modules, &joined(full, below), depth + 1);
        } else {
            break;
        }
    }
    at
}

fn circles_of(dependencies: &Dependencies) -> Vec<Vec<String>> {
    let reached: Dependencies =
        dependencies.keys().map(|from| (from.clone(), reachable(dependencies, from))).collect();
    let is_linked = |a: &String, b: &String| reached[a].contains(b) && reached[b].contains(a);
    let mut found = Vec::new();
    let mut done = BTreeSet::new();
    for file in dependencies.keys().filter(|file| reached[*file].contains(*file)) {
        if !done.insert(file) {
            continue;
        }
        let members: BTreeSet<_> = dependencies.keys().filter(|other| is_linked(file, other)).collect();
        done.extend(&members);
        let inside = members.iter().flat_map(|from| {
            let others = dependencies[*from].iter().filter(|to| members.contains(to));
            others.map(move |to| format!("{from} -> {to}"))
        });
        found.push(inside.collect());
    }
    found
}

/// The files that a file depends on, directly or not.
fn reachable(dependencies: &Dependencies, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        for next in dependencies.get(at).into_iter().flatten() {
            if reached.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    reached
}

fn parent(path: &str) -> &str {
    path.rsplit_once("::").map_or("", |(parent, _)| parent)
}

/// Whether a module is another one, or below it.
fn is_within(at: &str, folder: &str) -> bool {
    at.strip_prefix(folder).is_some_and(|rest| folder.is_empty() || rest.is_empty() || rest.starts_with("::"))
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or_default()
}

fn joined(base: &str, path: &str) -> String {
    match (base, path) {
        (base, "") => base.to_owned(),
        ("", path) => path.to_owned(),
        (base, path) => format!("{base}::{path}"),
    }
}

#[test]
fn a_circle_is_found_through_an_export_and_an_imported_module() {
    let sources = |files: &[(&str, &str)]| -> Sources {
        files.iter().map(|(path, code)| ((*path).to_owned(), (*code).to_owned())).collect()
    };
    let circle = sources(&[
        ("", "mod a;\nmod b;\n"),
        ("a", "mod inner;\npub use inner::{Item as Renamed};\n"),
        ("a::inner", "use super::super::b;\nfn f() { b::g() }\n"),
        ("b", "use crate::a::Renamed;\nfn g() {}\n"),
        ("c", "use crate::{\n    a::Renamed,\n    b,\n};\n"),
    ]);
    assert_eq!(circles_of(&dependencies(&circle)), [["a::inner -> b", "b -> a::inner"]]);
    let line = sources(&[
        ("", "mod a;\nmod b;\n"),
        ("a", "mod inner;\npub use inner::Item;\npub struct Other;\n"),
        ("a::inner", "use super::Other;\nuse crate::b::G;\n"),
        ("b", "#[cfg(test)]\nuse crate::a::Item;\npub struct G;\n"),
    ]);
    assert_eq!(circles_of(&dependencies(&line)), Vec::<Vec<String>>::new());
}
