//! The forms in which commands print what the API answers: a table for people, JSON or YAML for programs, names for
//! scripts.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::formats::{Format, to_yaml};
use crate::json::{Json, Object, Style};

use super::failure::Failure;
use super::printable::{is_control, printable};
use super::terminal::print;

/// `--output`, for every command that shows something.
#[derive(Debug, clap::Args)]
pub(super) struct Output {
    /// In which form the result is printed
    #[arg(short, long, value_enum, value_name = "FORM", default_value_t, global = false)]
    pub(super) output: Form,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    /// For people
    #[default]
    Table,
    /// As the API answers it
    Json,
    /// The same as YAML
    Yaml,
    /// A name a line
    Name,
}

/// Takes the name of one of these formats.
pub(super) fn format_parser(formats: impl Iterator<Item = Format>) -> impl TypedValueParser<Value = Format> {
    let names = PossibleValuesParser::new(formats.map(Format::as_str));
    names.try_map(|name| name.to_lowercase().parse::<Format>())
}

/// Prints a result in the chosen form. `table` and `names` are made only if they are asked for.
pub(super) fn show(
    form: Form,
    body: &Json,
    table: impl FnOnce() -> String,
    names: impl FnOnce() -> Vec<String>,
) -> Result<(), Failure> {
    let text = match form {
        Form::Table => table(),
        Form::Json => json(body),
        Form::Yaml => yaml(body),
        Form::Name => {
            let mut text = String::new();
            names().iter().for_each(|name| text.extend([&*printable(name), "\n"]));
            text
        }
    };
    print(&text).map(drop)
}

/// JSON, indented. What would control a terminal is escaped, which changes no value.
pub(super) fn json(value: &Json) -> String {
    let mut text = String::new();
    Style::indented().write(&mut text, value, "");
    text.push('\n');
    harmless(&text)
}

/// YAML of an object; of a list as its member `items`. Anything else is on one line, as in JSON.
fn yaml(value: &Json) -> String {
    match value {
        Json::Object(object) => harmless(&to_yaml(object)),
        Json::Array(_) => harmless(&to_yaml(&Object::from_iter([("items", value.clone())]))),
        other => json(other),
    }
}

/// The same JSON, YAML or TOML of ours with every character escaped that would control a terminal: neither has one outside of its
/// quoted strings, but for line breaks.
pub(super) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match is_control(character) && character != '\n' {
            true => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            false => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Rules, parse};

    #[test]
    fn what_is_printed_is_the_same_value_and_controls_no_terminal() {
        let value = parse("{\"a\\u001b\":\"\u{9b}2J\u{202e}\",\"n\":1.50}", &Rules::BODY).unwrap();
        let text = json(&value);
        assert_eq!(text, "{\n  \"a\\u001b\": \"\\u009b2J\\u202e\",\n  \"n\": 1.50\n}\n");
        assert_eq!(parse(&text, &Rules::BODY).unwrap(), value);
        // A bare `n` is a boolean to older readers of YAML.
        assert_eq!(yaml(&value), "\"a\\u001b\": \"\\u009b2J\\u202e\"\n\"n\": 1.50\n");
    }
}
