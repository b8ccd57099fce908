//! References to variables of the environment, `${env.NAME}`, as Llama Stack's own reader expands them: with `:=` and
//! `:+`, with a `~` at the beginning of what is put in, and with types that follow the text.

use super::StaticServersError;
use super::value::Value;

/// What a `provider_id` says of an entry that does not count.
const DISABLED: &str = "__disabled__";

/// Expands, with this reader of variables.
pub(super) struct Expansion<'a>(pub(super) &'a dyn Fn(&str) -> Option<String>);

/// A variable that is not set, or empty.
struct Unset(String);

/// A reference in a text.
struct Reference<'a> {
    name: &'a str,
    /// The operator and the text behind it.
    otherwise: Option<(char, &'a str)>,
}

impl Expansion<'_> {
    /// Expands all texts below a value, but not the keys. `at` is its place, for errors.
    pub(super) fn expand(&self, value: Value, at: &str) -> Result<Value, StaticServersError> {
        Ok(match value {
            Value::Map(members) => {
                let expand = |(name, value)| {
                    let value = self.expand(value, &format!("{at}.{name}"))?;
                    Ok((name, value))
                };
                Value::Map(members.into_iter().map(expand).collect::<Result<_, _>>()?)
            }
            Value::List(elements) => {
                let elements = elements.into_iter().enumerate().filter(|(_, value)| !self.is_disabled(value));
                let expand = |(index, value)| self.expand(value, &format!("{at}[{index}]"));
                Value::List(elements.map(expand).collect::<Result<_, _>>()?)
            }
            Value::Text(text) => {
                let unset = |Unset(name)| {
                    let problem = format!("names the variable `{name}`, which is not set");
                    StaticServersError::new(at, problem)
                };
                match self.text(&text).map_err(unset)? {
                    expanded if expanded == text => Value::Text(text),
                    expanded => typed(expanded),
                }
            }
            other => other,
        })
    }

    /// Whether an entry of a list does not count. Its other texts need no variables then.
    fn is_disabled(&self, value: &Value) -> bool {
        let Value::Map(members) = value else { return false };
        members.iter().any(|(name, value)| match value {
            Value::Text(text) if name == "provider_id" => self.text(text).is_ok_and(|text| text == DISABLED),
            _ => false,
        })
    }

    fn text(&self, text: &str) -> Result<String, Unset> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${env.") {
            let (before, from) = rest.split_at(start);
            expanded.push_str(before);
            match Reference::read(from) {
                Some((reference, behind)) => {
                    expanded.push_str(&self.resolve(&reference)?);
                    rest = behind;
                }
                None => {
                    expanded.push('$');
                    rest = &from[1..];
                }
            }
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn resolve(&self, reference: &Reference<'_>) -> Result<String, Unset> {
        let own = (self.0)(reference.name).filter(|value| !value.is_empty());
        let value = match (reference.otherwise, own) {
            (Some(('+', otherwise)), Some(_)) => otherwise.to_owned(),
            (Some(('+', _)), None) => String::new(),
            (_, Some(own)) => own,
            (Some((_, otherwise)), None) => otherwise.to_owned(),
            (None, None) => return Err(Unset(reference.name.to_owned())),
        };
        Ok(at_home(&value, self.0))
    }
}

impl<'a> Reference<'a> {
    /// The reference at the beginning of a text, and what is behind it.
    fn read(text: &'a str) -> Option<(Self, &'a str)> {
        let text = text.strip_prefix("${env.")?;
        let is_of_name = |character: char| matches!(character, 'A'..='Z' | '0'..='9' | '_');
        let (name, rest) = text.split_at(text.find(|character| !is_of_name(character))?);
        if name.is_empty() {
            return None;
        }
        if let Some(behind) = rest.strip_prefix('}') {
            return Some((Self { name, otherwise: None }, behind));
        }
        let mut characters = rest.strip_prefix(':')?.chars();
        let operator = characters.next().filter(|operator| matches!(operator, '=' | '+'))?;
        let (otherwise, behind) = characters.as_str().split_once('}')?;
        Some((Self { name, otherwise: Some((operator, otherwise)) }, behind))
    }
}

/// A path below the home of the user, where it begins so.
pub(super) fn at_home(path: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let below = path.strip_prefix('~').filter(|below| below.is_empty() || below.starts_with('/'));
    match below.zip(variable("HOME")) {
        Some((below, home)) => format!("{}{below}", home.trim_end_matches('/')),
        None => path.to_owned(),
    }
}

/// What a text is that a variable was put into.
fn typed(text: String) -> Value {
    let is_word = |word| text.eq_ignore_ascii_case(word);
    let trimmed = text.trim();
    // Python reads `1_000` as a number, and no `_` elsewhere.
    let is_grouped = trimmed.split('_').all(|group| group.ends_with(|last: char| last.is_ascii_digit()));
    let digits = if is_grouped { trimmed.replace('_', "") } else { trimmed.to_owned() };
    match () {
        () if text.is_empty() => Value::Null,
        () if is_word("true") => Value::Bool(true),
        () if is_word("false") => Value::Bool(false),
        () => match (digits.parse(), digits.parse()) {
            (Ok(integer), _) => Value::Integer(integer),
            (_, Ok(float)) => Value::Float(float),
            _ => Value::Text(text),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> Option<String> {
        let value = match name {
            "HOST" => "h.example",
            "EMPTY" => "",
            "PORT" => "30",
            "TILDE" => "~/x",
            "HOME" => "/home/u",
            "OFF" => DISABLED,
            "YES" => "True",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn expand(value: Value) -> Result<Value, StaticServersError> {
        Expansion(&variable).expand(value, "x")
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn is(found: &Value, expected: &Value) -> bool {
        found == expected
    }

    #[test]
    fn references_are_expanded_as_llama_stack_expands_them() {
        for (written, expected) in [
            ("plain", text("plain")),
            ("http://${env.HOST}/p", text("http://h.example/p")),
            ("${env.HOST}${env.HOST}", text("h.exampleh.example")),
            ("${env.HOST:=other}", text("h.example")),
            ("${env.NONE:=other}", text("other")),
            ("${env.EMPTY:=other}", text("other")),
            ("${env.NONE:=}", Value::Null),
            ("a${env.NONE:=}", text("a")),
            ("${env.HOST:+set}", text("set")),
            ("${env.HOST:+}", Value::Null),
            ("${env.NONE:+set}", Value::Null),
            ("${env.TILDE}", text("/home/u/x")),
            ("${env.NONE:=~}", text("/home/u")),
            ("${env.PORT}", Value::Integer(30)),
            ("${env.PORT}.5", Value::Float(30.5)),
            ("${env.NONE:=1_000}", Value::Integer(1000)),
            ("${env.NONE:=_1}", text("_1")),
            ("${env.YES}", Value::Bool(true)),
            ("30", text("30")),
            ("~/x", text("~/x")),
            ("${env.host}", text("${env.host}")),
            ("${env.}", text("${env.}")),
            ("${env.HOST:-other}", text("${env.HOST:-other}")),
            ("${env.HOST", text("${env.HOST")),
            ("${env.HOST:=open", text("${env.HOST:=open")),
            ("${env.${env.HOST}", text("${env.h.example")),
            ("${HOST}", text("${HOST}")),
        ] {
            assert!(expand(text(written)).is_ok_and(|found| is(&found, &expected)), "{written}");
        }
    }

    #[test]
    fn a_variable_that_is_not_set_is_an_error_with_its_place() {
        for written in ["${env.NONE}", "a${env.EMPTY}"] {
            let value = Value::List(vec![Value::Map(vec![("url".to_owned(), text(written))])]);
            let error = expand(value).err().unwrap().to_string();
            assert!(error.starts_with("`x[0].url` names the variable"), "{error}");
        }
    }

    #[test]
    fn an_entry_that_is_disabled_does_not_count_and_needs_no_variables() {
        let entry = |id: &str| {
            let members = [("provider_id", id), ("url", "${env.NONE}")];
            Value::Map(members.map(|(name, value)| (name.to_owned(), text(value))).to_vec())
        };
        for id in [DISABLED, "${env.OFF}", "${env.NONE:=__disabled__}"] {
            assert!(
                expand(Value::List(vec![entry(id)])).is_ok_and(|found| found == Value::List(vec![])),
                "{id}"
            );
        }
        assert!(expand(Value::List(vec![entry("${env.NONE}")])).is_err());
    }
}
