//! What the listing says of a server: exactly four facts beside its name.

use crate::json::{Json, Object};
use crate::model::Kind;
use crate::model::config::Config;

/// One row of the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// `stdio`, `remote` or `unknown`.
    pub kind: Kind,
    /// The transport, where one is configured that says more than the kind does.
    pub transport: Option<String>,
    /// What the server is for.
    pub description: Option<String>,
    /// Its icon.
    pub icon: Option<String>,
}

/// The summary of a configuration. A function of the state: a stdio server's `transport: "stdio"` is the
/// same as none.
pub fn summary(config: &Config) -> Summary {
    let kind = config.kind();
    let text = |name| config.text(name).map(str::to_owned);
    let transport = text("transport").filter(|word| kind != Kind::Stdio || word != "stdio");
    Summary { kind, transport, description: text("description"), icon: text("icon") }
}

impl Summary {
    /// What is said of a server that can't be read.
    pub const UNREADABLE: Self = Self { kind: Kind::Unknown, transport: None, description: None, icon: None };

    /// The row as the listing shows it.
    pub fn to_json(&self, name: &str) -> Object {
        let optional = |text: &Option<String>| text.as_ref().map_or(Json::Null, Json::string);
        [
            ("name", Json::string(name)),
            ("transport_kind", Json::string(self.kind.as_str())),
            ("transport", optional(&self.transport)),
            ("description", optional(&self.description)),
            ("icon", optional(&self.icon)),
        ]
        .into_iter()
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_compact;
    use crate::model::samples::config;

    #[test]
    fn a_row_says_five_things_of_any_server() {
        let row = |rest: &str| format!(r#"{{"name":"n",{rest}}}"#);
        for (server, expected) in [
            ("{}", r#""transport_kind":"unknown","transport":null,"description":null,"icon":null"#),
            (
                r#"{"command":"x","transport":"stdio","description":"d","icon":"i","env":{"A":"s"}}"#,
                r#""transport_kind":"stdio","transport":null,"description":"d","icon":"i""#,
            ),
            (
                r#"{"url":"https://u:p@h","transport":"sse","description":""}"#,
                r#""transport_kind":"remote","transport":"sse","description":"","icon":null"#,
            ),
            (
                r#"{"command":"x","url":"u","transport":"http"}"#,
                r#""transport_kind":"stdio","transport":"http","description":null,"icon":null"#,
            ),
            (
                r#"{"url":"u","transport":"stdio"}"#,
                r#""transport_kind":"remote","transport":"stdio","description":null,"icon":null"#,
            ),
            (
                r#"{"command":null,"url":"u","transport":1,"description":{"a":1},"icon":[]}"#,
                r#""transport_kind":"remote","transport":null,"description":null,"icon":null"#,
            ),
        ] {
            assert_eq!(to_compact(&summary(&config(server)).to_json("n").into()), row(expected), "{server}");
        }
    }

    #[test]
    fn one_state_has_one_row() {
        let (bare, full) =
            (config(r#"{"command":"x"}"#), config(r#"{"transport":"stdio","icon":null,"command":"x"}"#));
        assert_eq!(summary(&bare), summary(&full));
    }
}
