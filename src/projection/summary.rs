//! What the listing says of a server: exactly four facts beside its name.

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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::config;

    #[test]
    fn a_row_says_four_things_of_any_server() {
        for (server, (kind, transport, description, icon)) in [
            ("{}", (Kind::Unknown, None, None, None)),
            (
                r#"{"command":"x","transport":"stdio","description":"d","icon":"i","env":{"A":"s"}}"#,
                (Kind::Stdio, None, Some("d"), Some("i")),
            ),
            (
                r#"{"url":"https://u:p@h","transport":"sse","description":""}"#,
                (Kind::Remote, Some("sse"), Some(""), None),
            ),
            (r#"{"command":"x","url":"u","transport":"http"}"#, (Kind::Stdio, Some("http"), None, None)),
            (r#"{"url":"u","transport":"stdio"}"#, (Kind::Remote, Some("stdio"), None, None)),
            (
                r#"{"command":null,"url":"u","transport":1,"description":{"a":1},"icon":[]}"#,
                (Kind::Remote, None, None, None),
            ),
        ] {
            let [transport, description, icon] =
                [transport, description, icon].map(|text| text.map(str::to_owned));
            assert_eq!(summary(&config(server)), Summary { kind, transport, description, icon }, "{server}");
        }
    }

    #[test]
    fn one_state_has_one_row() {
        let (bare, full) =
            (config(r#"{"command":"x"}"#), config(r#"{"transport":"stdio","icon":null,"command":"x"}"#));
        assert_eq!(summary(&bare), summary(&full));
    }
}
