//! `make bench`: what the service costs beside what can't be avoided, measured side by side in one run.
//! Machines and neighbours differ, so it prints ratios of interleaved rounds and how far they strayed.
//! Chapters can be named: `cargo bench --bench speed -- reads commits`.

#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

mod commands;
mod commits;
mod discovery;
mod growth;
mod instances;
mod instructions;
mod load;
mod page;
mod peer;
mod process;
mod reads;
mod report;
mod site;
mod starting;
mod wire;
mod writers;

use std::env;
use std::error::Error;

use report::Report;

/// Any failure ends the run: half a table would be read as a whole one.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

type Chapter = fn(&mut Report) -> Result<()>;

const CHAPTERS: [(&str, Chapter); 11] = [
    ("reads", reads::run),
    ("commits", commits::run),
    ("writers", writers::run),
    ("growth", growth::run),
    ("starting", starting::run),
    ("commands", commands::run),
    ("instances", instances::run),
    ("discovery", discovery::run),
    ("instructions", instructions::run),
    ("peer", peer::run),
    ("page", page::run),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [role, rest @ ..] = arguments.as_slice()
        && role == process::CONSTANT_ROLE
    {
        return process::serve_constant(rest);
    }
    // `cargo test --all-targets` runs benches too, without this word.
    if !arguments.iter().any(|word| word == "--bench") {
        return Ok(());
    }
    let chosen: Vec<&String> = arguments.iter().filter(|word| !word.starts_with("--")).collect();
    let mut report = Report::default();
    for (name, chapter) in CHAPTERS {
        if chosen.is_empty() || chosen.iter().any(|word| *word == name) {
            chapter(&mut report).map_err(|error| format!("{name}: {error}"))?;
        }
    }
    println!("{}", report.verdict());
    Ok(())
}
