//! What the listing says of a server: exactly four facts beside its name (DESIGN §2).

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
