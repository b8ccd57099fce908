//! A configuration with something else in the place of each secret, so that it can leave: as a file of another program, for
//! instance. It does not know what is put there.

use crate::json::{Json, Object, Path, Pointer};
use crate::model::config::{Members, Node, Secret, SecretValue};
use crate::model::reference::Template;
use crate::model::url_parts;

/// What is put in the place of secrets, and which of them stay.
pub struct Substitutes<'a> {
    /// Whether a text stays that is nothing but references, although the service does not resolve them.
    pub keeps_references: bool,
    /// Whether one stayed that a redacted view masks.
    pub reveals: bool,
    /// What is put in the place of the secret there; of a secret part of a URL, the last step is its name.
    pub substitute: &'a mut dyn FnMut(&Pointer) -> String,
}

impl Substitutes<'_> {
    /// The configuration with a substitute for each of its secrets.
    pub fn of(&mut self, config: &Members) -> Object {
        self.members(config, &Path::Root)
    }

    fn members(&mut self, members: &Members, path: &Path<'_>) -> Object {
        let mut object = Object::new();
        for (name, node) in members.iter() {
            object.insert(name, self.node(node, &path.member(name)));
        }
        object
    }

    fn node(&mut self, node: &Node, path: &Path<'_>) -> Json {
        match node {
            Node::Null => Json::Null,
            Node::Bool(value) => Json::Bool(*value),
            Node::Number(number) => Json::Number(number.clone()),
            Node::Text(text) => Json::String(text.clone()),
            Node::Secret(secret) => Json::string(self.secret(secret, path)),
            Node::Url(url) => {
                let at = path.pointer();
                let with = |name: &str, part: &str| {
                    let stays = self.keeps_references && is_reference(part);
                    self.reveals |= stays;
                    (!stays).then(|| (self.substitute)(&at.member(name)))
                };
                Json::string(url_parts::replaced(url.text.expose(), with))
            }
            Node::Array(elements) => {
                let mut values = Vec::with_capacity(elements.len());
                for (index, element) in elements.iter().enumerate() {
                    values.push(self.node(element, &path.element(index)));
                }
                Json::Array(values)
            }
            Node::Object(members) => Json::Object(self.members(members, path)),
        }
    }

    fn secret(&mut self, secret: &Secret, path: &Path<'_>) -> String {
        match &secret.value {
            SecretValue::Text(text) if stays(secret, self.keeps_references) => {
                self.reveals |= !secret.is_reference;
                text.expose().to_owned()
            }
            _ => (self.substitute)(&path.pointer()),
        }
    }
}

/// Whether a secret stays as it is, since it is nothing but references.
pub fn stays(secret: &Secret, keeps_references: bool) -> bool {
    match &secret.value {
        SecretValue::Text(text) => secret.is_reference || (keeps_references && is_reference(text.expose())),
        SecretValue::Number(_) | SecretValue::Bool(_) | SecretValue::Unreadable => false,
    }
}

/// Whether a text is nothing but references. A default may be a secret.
fn is_reference(text: &str) -> bool {
    Template::parse(text).is_ok_and(|template| {
        template.is_only_references() && template.references().all(|reference| reference.default.is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_compact;
    use crate::model::reference::ReferenceRules;
    use crate::model::samples::config;

    fn written(text: &str, keeps_references: bool) -> (String, bool) {
        let mut config = config(text);
        ReferenceRules::default().mark(&mut config);
        let mut substitute = |pointer: &Pointer| format!("<{pointer}>");
        let mut substitutes = Substitutes { keeps_references, reveals: false, substitute: &mut substitute };
        let written = substitutes.of(&config);
        (to_compact(&written.into()), substitutes.reveals)
    }

    #[test]
    fn no_secret_stays_but_a_reference_that_may() {
        let text = r#"{"command":"x","args":["-y"],"env":{"A":"sealed s","B":8080,"C":["t"],"D":"foreign u","E":"${MCP_SECRET_E}","F":"${F}","G":"${G:-g}","H":"${H} h"},"url":"https://u:p@h/?token=${T}&key=k&x=1"}"#;
        let hidden = r#"{"command":"x","args":["-y"],"env":{"A":"</env/A>","B":"</env/B>","C":["</env/C/0>"],"D":"</env/D>","E":"${MCP_SECRET_E}","F":"</env/F>","G":"</env/G>","H":"</env/H>"},"url":"https://</url/userinfo>@h/?token=</url/token>&key=</url/key>&x=1"}"#;
        assert_eq!(written(text, false), (hidden.to_owned(), false));
        let kept = hidden.replace("</env/F>", "${F}").replace("</url/token>", "${T}");
        assert_eq!(written(text, true), (kept, true));
        assert!(!written(r#"{"env":{"A":"${MCP_SECRET_A}"}}"#, true).1, "every view shows it");
    }
}
