//! The tour of the README gives the output that it shows. Tags and tokens differ with each key, so they are compared by
//! which of them are the same.

use crate::read;
use crate::service::Service;

#[test]
fn the_tour_of_the_readme_gives_the_answers_that_it_shows() {
    let tour = tour(&read("README.md"));
    assert!(tour.len() > 10, "the tour is not where it was");
    let commands: Vec<String> = tour.iter().map(|(command, _)| command.clone()).collect();
    let answers = Service::start().run(&commands);
    let (mut documented, mut given) = (Names::default(), Names::default());
    for ((command, shown), answer) in tour.iter().zip(&answers) {
        assert_eq!(given.replace(answer), documented.replace(shown), "$ {command}");
    }
}

/// Texts that differ from run to run, known by the order in which they first came.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn replace(&mut self, text: &str) -> String {
        let is_part = |symbol: char| symbol.is_ascii_alphanumeric() || "-_=".contains(symbol);
        let mut words: Vec<&str> =
            text.split(|symbol| !is_part(symbol)).filter(|word| varies(word)).collect();
        words.dedup();
        words.into_iter().fold(text.to_owned(), |text, word| {
            let known = self.0.iter().position(|own| own == word);
            let number = known.unwrap_or_else(|| {
                self.0.push(word.to_owned());
                self.0.len() - 1
            });
            text.replace(word, &format!("<{number}>"))
        })
    }
}

/// Whether a word is a tag or an encrypted value.
fn varies(word: &str) -> bool {
    let is_tag = word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_tag || word.starts_with("gAAAAA")
}

/// The commands of a document's `console` blocks, each with what the document shows as its answer.
fn tour(text: &str) -> Vec<(String, String)> {
    let blocks = text.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands = blocks.flat_map(|block| block.split("\n$ ").map(|lines| lines.trim_start_matches("$ ")));
    commands
        .map(|lines| {
            let (command, shown) = lines.split_once('\n').unwrap_or((lines, ""));
            (command.to_owned(), shown.trim_end().to_owned())
        })
        .collect()
}
