//! Whether settings outside the servers may be stored. Their schema is OpenHands', not ours: what is judged is what
//! would cost others the whole file, since OpenHands takes a file for unreadable if one member is of the wrong kind.

use crate::json::Path;
use crate::model::Dialect;
use crate::model::config::{Members, Node, SecretValue};
use crate::model::findings::Findings;
use crate::model::leaf::Position;
use crate::model::validate::Violation;

use super::{Section, Settings};

/// The agent kinds that can be switched to.
const AGENT_KINDS: [&str; 2] = ["openhands", "acp"];

/// Members of the conversation's settings that may be null (`contracts/openhands.md` §5.2).
const NULLABLE: [&str; 4] = ["security_analyzer", "worktree_base_ref", "container_memory", "container_cpus"];

/// Members of the agent's settings that are objects, and members of these that are.
const OBJECTS: [&str; 5] = ["llm", "meta_profile_llms", "agent_context", "condenser", "verification"];
const INNER_OBJECTS: [(&str, &str); 1] = [("agent_context", "secrets")];

/// What is wrong with that which a patch changes, told by its place in the request.
pub fn check(before: &Settings, after: &Settings, dialect: Dialect) -> Vec<Violation> {
    let mut checker = Checker { dialect, violations: Findings::new() };
    for section in [Section::Agent, Section::Conversation] {
        let path = Path::Root.member(section.diff_name());
        let (before, after) = (before.section(section), after.section(section));
        checker.version_stays(before, after, &path);
        checker.kinds_stay(before, after, &path, 2);
    }
    checker.agent(&before.agent, &after.agent);
    checker.conversation(&before.conversation, &after.conversation);
    checker.violations.into_vec()
}

struct Checker {
    dialect: Dialect,
    violations: Findings<Violation>,
}

impl Checker {
    fn refuse(&mut self, at: &Path<'_>, message: &'static str) {
        self.violations.note(at, |pointer| Violation { pointer, message });
    }

    /// The version says how the whole file is read.
    fn version_stays(&mut self, before: &Members, after: &Members, path: &Path<'_>) {
        let name = "schema_version";
        let stays = match (before.get(name), after.get(name)) {
            (None, None) => true,
            (Some(before), Some(after)) => after.is_same(before),
            _ => false,
        };
        if !stays {
            self.refuse(&path.member(name), "the version is not for a client to change");
        }
    }

    /// What stands as an object, array, string, number or boolean is not replaced by another of these.
    fn kinds_stay(&mut self, before: &Members, after: &Members, path: &Path<'_>, levels: usize) {
        for (name, node, own) in changed(before, after) {
            let Some(own) = own else { continue };
            let path = path.member(name);
            match (own, node) {
                (Node::Object(own), Node::Object(members)) if 1 < levels => {
                    self.kinds_stay(own, members, &path, levels - 1);
                }
                (own, node) if !may_replace(own, node) => {
                    self.refuse(&path, "must be of the kind of what it replaces");
                }
                _ => {}
            }
        }
    }

    fn agent(&mut self, before: &Members, after: &Members) {
        let path = Path::Root.member(Section::Agent.diff_name());
        for (name, node, own) in changed(before, after) {
            let path = path.member(name);
            if name == "agent_kind" && !is_known_kind(node) {
                self.refuse(&path, "must be `openhands` or `acp`");
            }
            if OBJECTS.contains(&name) {
                self.object(node, &path);
            }
            if let Node::Object(members) = node {
                let inner = INNER_OBJECTS.iter().filter(|(outer, _)| *outer == name);
                for (inner, node) in inner.filter_map(|(_, inner)| Some((inner, members.get(inner)?))) {
                    self.object(node, &path.member(inner));
                }
            }
            self.secrets(own, node, Position::AGENT_SETTINGS.member(name), &path);
        }
    }

    fn object(&mut self, node: &Node, path: &Path<'_>) {
        if !matches!(node, Node::Object(_) | Node::Null) {
            self.refuse(path, "must be an object");
        }
    }

    /// What readers open must be a string; a blank one OpenHands drops at its next save.
    fn secrets(&mut self, before: Option<&Node>, node: &Node, position: Position, path: &Path<'_>) {
        if before.is_some_and(|before| node.is_same(before)) {
            return;
        }
        match node {
            Node::Object(members) if !position.is_listed() || position.can_be_source() => {
                for (name, node) in members.iter() {
                    let own = before.and_then(|before| before.as_object()?.get(name));
                    self.secrets(own, node, position.member(name), &path.member(name));
                }
            }
            Node::Array(elements) if !position.is_listed() => {
                for (index, element) in elements.iter().enumerate() {
                    self.secrets(None, element, position.element(), &path.element(index));
                }
            }
            Node::Null => {}
            node if position.is_listed() => match text(node) {
                None => self.refuse(path, "must be a string"),
                Some(text) if text.trim().is_empty() && self.dialect == Dialect::Closed => {
                    self.refuse(path, "must not be blank: remove the member instead");
                }
                Some(_) => {}
            },
            _ => {}
        }
    }

    fn conversation(&mut self, before: &Members, after: &Members) {
        let path = Path::Root.member(Section::Conversation.diff_name());
        for (name, node, _) in changed(before, after) {
            if matches!(node, Node::Null) && !NULLABLE.contains(&name) {
                self.refuse(&path.member(name), "must not be null");
            }
        }
    }
}

/// The members that are not as they were, each with what it was.
fn changed<'a>(
    before: &'a Members,
    after: &'a Members,
) -> impl Iterator<Item = (&'a str, &'a Node, Option<&'a Node>)> {
    let with_own = after.iter().map(|(name, node)| (name, node, before.get(name)));
    with_own.filter(|(_, node, own)| !own.is_some_and(|own| node.is_same(own)))
}

fn is_known_kind(node: &Node) -> bool {
    matches!(node, Node::Text(kind) if AGENT_KINDS.contains(&kind.as_str()))
}

fn may_replace(own: &Node, node: &Node) -> bool {
    #[derive(PartialEq)]
    enum Kind {
        Boolean,
        Number,
        String,
        Array,
        Object,
    }
    let kind = |node: &Node| {
        Some(match node {
            Node::Null => return None,
            Node::Bool(_) => Kind::Boolean,
            Node::Number(_) => Kind::Number,
            Node::Text(_) | Node::Url(_) => Kind::String,
            Node::Secret(secret) => match secret.value {
                SecretValue::Text(_) | SecretValue::Unreadable => Kind::String,
                SecretValue::Number(_) => Kind::Number,
                SecretValue::Bool(_) => Kind::Boolean,
            },
            Node::Array(_) => Kind::Array,
            Node::Object(_) => Kind::Object,
        })
    };
    kind(own).zip(kind(node)).is_none_or(|(own, new)| own == new)
}

/// The text of a string, be it a secret; of one that no key opens, its token's.
fn text(node: &Node) -> Option<&str> {
    match node {
        Node::Text(text) => Some(text.as_str()),
        Node::Secret(secret) => match (&secret.value, &secret.at_rest) {
            (SecretValue::Text(plaintext), _) => Some(plaintext.expose()),
            (SecretValue::Unreadable, crate::model::config::AtRest::Sealed(token)) => Some(token.as_str()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sealing;
    use crate::model::merge::Reading;
    use crate::model::samples::{object, ring};
    use crate::model::settings::SettingsPatch;

    const ROOT: &str = r#"{"agent_settings":{"schema_version":9,"agent_kind":"openhands","llm":{"model":"m","api_key":"sealed k","timeout":300,"stream":false,"litellm_extra_body":{"a":1}},"tools":null,"agent_context":{"secrets":null,"skills":[]},"odd":{"key":5},"verification":{"critic_api_key":7}},"conversation_settings":{"schema_version":1,"max_iterations":500,"confirmation_mode":false,"security_analyzer":"llm","gone":null},"misc_settings":{"a":1}}"#;

    /// The pointers and messages, joined.
    fn found(diff: &str, dialect: Dialect) -> String {
        let before = Settings::open(&object(ROOT), Sealing::Listed, ring()).unwrap();
        let reading = Reading { sealing: Sealing::Listed, ring: ring(), may_reveal: true };
        let after = SettingsPatch::read(object(diff)).unwrap().apply(&before, &reading).settings;
        let violations = check(&before, &after, dialect);
        let rows = violations.iter().map(|row| format!("{} {}", row.pointer, row.message));
        rows.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn what_would_cost_others_the_file_is_refused_and_nothing_else() {
        let version = "the version is not for a client to change";
        let kind = "must be of the kind of what it replaces";
        for (diff, expected) in [
            (r#"{"schema_version":9,"agent_kind":"openhands"}"#, String::new()),
            (r#"{"schema_version":8}"#, format!("/schema_version {version}")),
            (r#"{"schema_version":null}"#, format!("/schema_version {version}")),
            (r#"{"agent_kind":"acp"}"#, String::new()),
            (r#"{"agent_kind":null}"#, String::new()),
            (r#"{"agent_kind":"llm"}"#, "/agent_kind must be `openhands` or `acp`".to_owned()),
            (
                r#"{"agent_kind":5}"#,
                format!("/agent_kind {kind}; /agent_kind must be `openhands` or `acp`"),
            ),
            (r#"{"llm":{"model":5}}"#, format!("/llm/model {kind}")),
            (r#"{"llm":{"timeout":12.5,"stream":true}}"#, String::new()),
            (r#"{"llm":{"timeout":"300"}}"#, format!("/llm/timeout {kind}")),
            (r#"{"llm":{"litellm_extra_body":{"a":"x"}}}"#, String::new()),
            (r#"{"llm":"m"}"#, format!("/llm {kind}; /llm must be an object")),
            (r#"{"condenser":[]}"#, "/condenser must be an object".to_owned()),
            (r#"{"tools":[{"name":"t"}],"new":1}"#, String::new()),
            (r#"{"llm":{"api_key":5}}"#, format!("/llm/api_key {kind}; /llm/api_key must be a string")),
            (r#"{"llm":{"aws_session_token":{"a":"b"}}}"#, "/llm/aws_session_token must be a string".to_owned()),
            (r#"{"llm":{"aws_session_token":["b"]}}"#, "/llm/aws_session_token must be a string".to_owned()),
            (r#"{"llm":{"api_key":null}}"#, String::new()),
            (
                r#"{"llm":{"api_key":" "}}"#,
                "/llm/api_key must not be blank: remove the member instead".to_owned(),
            ),
            (
                r#"{"agent_context":{"secrets":{"A":"a","B":{"kind":"StaticSecret","value":"b"}}}}"#,
                String::new(),
            ),
            (
                r#"{"agent_context":{"secrets":{"A":5,"B":{"value":""}}}}"#,
                "/agent_context/secrets/A must be a string; /agent_context/secrets/B/value must not be blank: remove the member instead".to_owned(),
            ),
            (r#"{"agent_context":{"secrets":"a"}}"#, "/agent_context/secrets must be an object".to_owned()),
            (r#"{"meta_profile_llms":{"fast":{"api_key":true}}}"#, "/meta_profile_llms/fast/api_key must be a string".to_owned()),
            // What stood there before is not judged.
            (r#"{"verification":{"critic_mode":"x"},"odd":{"key":6}}"#, String::new()),
        ] {
            let body = format!(r#"{{"agent_settings_diff":{diff}}}"#);
            let expected = expected.replace("; /", "; /agent_settings_diff/");
            let expected = match expected.strip_prefix('/') {
                Some(rest) => format!("/agent_settings_diff/{rest}"),
                None => expected,
            };
            assert_eq!(found(&body, Dialect::Closed), expected, "{diff}");
        }
    }

    #[test]
    fn in_the_open_dialect_a_secret_may_be_blank() {
        assert_eq!(found(r#"{"agent_settings_diff":{"llm":{"api_key":""}}}"#, Dialect::Open), "");
    }

    #[test]
    fn what_a_conversation_needs_is_not_taken_away() {
        for (diff, expected) in [
            (r#"{"max_iterations":1,"security_analyzer":null,"gone":null,"new":"n"}"#, ""),
            (
                r#"{"confirmation_mode":null}"#,
                "/conversation_settings_diff/confirmation_mode must not be null",
            ),
            (r#"{"new":null}"#, "/conversation_settings_diff/new must not be null"),
            (
                r#"{"max_iterations":"1"}"#,
                "/conversation_settings_diff/max_iterations must be of the kind of what it replaces",
            ),
            (
                r#"{"schema_version":null}"#,
                "/conversation_settings_diff/schema_version the version is not for a client to change; /conversation_settings_diff/schema_version must not be null",
            ),
        ] {
            let body = format!(r#"{{"conversation_settings_diff":{diff}}}"#);
            assert_eq!(found(&body, Dialect::Closed), expected, "{diff}");
        }
        assert_eq!(found(r#"{"misc_settings_diff":{"a":"b","c":null}}"#, Dialect::Closed), "");
    }
}
