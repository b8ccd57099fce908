//! Whether settings outside the servers may be stored. Their schema is OpenHands', not ours: a change is refused
//! where it would cost others the whole file, since the agent-server refuses a file for one member that is wrong.

use crate::json::Path;
use crate::model::Dialect;
use crate::model::config::{Members, Node, SecretValue};
use crate::model::findings::Findings;
use crate::model::secret_table::Position;
use crate::model::validate::Violation;

use super::schema::agent::{ACP, NOT_FOR_ACP, OPENHANDS, REMOVED};
use super::schema::conversation::CONVERSATION;
use super::schema::{Judge, Model, text};
use super::{Section, Settings};

/// The version of the agent's settings from which on removed members cost the file; before, OpenHands drops them
/// as it migrates.
const REFUSES_REMOVED: f64 = 9.0;

const AGENT_KIND: &str = "agent_kind";
/// The kind of an agent that does not say its kind.
const OWN_KIND: &str = "openhands";
const ACP_KIND: &str = "acp";

/// What the values of a member can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// What is wrong with that which a patch changes, by its place in the request.
pub fn check(before: &Settings, after: &Settings, dialect: Dialect) -> Vec<Violation> {
    let mut checker = Checker { dialect, violations: Findings::new() };
    for section in [Section::Agent, Section::Conversation] {
        let path = Path::Root.member(section.diff_name());
        let (before, after) = (before.section(section), after.section(section));
        checker.version_stays(before, after, &path);
    }
    checker.agent(&before.agent, &after.agent);
    checker.conversation(&before.conversation, &after.conversation);
    let mut violations: Vec<Violation> = Vec::new();
    for violation in checker.violations.into_vec() {
        if !violations.contains(&violation) {
            violations.push(violation);
        }
    }
    violations
}

struct Checker {
    dialect: Dialect,
    violations: Findings<Violation>,
}

impl Checker {
    fn refuse(&mut self, at: &Path<'_>, message: &'static str) {
        self.violations.note(at, |pointer| Violation { pointer, message: message.into() });
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

    /// An unknown member keeps the kind of value that it has, since its owner may rely on it.
    fn kinds(&mut self, model: &Model, (before, after): (&Members, &Members), path: &Path<'_>) {
        for (name, node, own) in changed(before, after).filter(|(name, ..)| model.rule(name).is_none()) {
            match (own.and_then(Kind::of), Kind::of(node)) {
                (Some(expected), Some(kind)) if kind != expected => {
                    self.refuse(&path.member(name), expected.message());
                }
                _ => {}
            }
        }
    }

    fn agent(&mut self, before: &Members, after: &Members) {
        let path = Path::Root.member(Section::Agent.diff_name());
        let kind = |agent: &Members| agent.get(AGENT_KIND).map_or(Some(OWN_KIND), text).map(str::to_owned);
        let new_kind = kind(after);
        let is_switched = kind(before) != new_kind;
        if is_switched && !matches!(new_kind.as_deref(), Some(OWN_KIND | ACP_KIND)) {
            return self.refuse(&path.member(AGENT_KIND), "must be `openhands` or `acp`");
        }
        let is_acp = new_kind.as_deref() == Some(ACP_KIND);
        let model = if is_acp { &ACP } else { &OPENHANDS };
        self.kinds(model, (before, after), &path);
        self.removed((before, after), (is_acp, is_switched), &path);
        // A switch makes all that is there members of another kind, so that all is judged.
        let nothing = Members::default();
        let own = if is_switched { &nothing } else { before };
        self.judge().members(model, Some(own), after, &path);
        for (name, node, own) in changed(before, after) {
            self.secrets(own, node, Position::AGENT_SETTINGS.member(name), &path.member(name));
        }
    }

    /// Members that the agent-server no longer takes in the newest layout.
    fn removed(
        &mut self,
        (before, after): (&Members, &Members),
        (is_acp, is_switched): (bool, bool),
        path: &Path<'_>,
    ) {
        let is_newest = match after.get("schema_version") {
            Some(Node::Number(version)) => REFUSES_REMOVED <= version.as_f64(),
            _ => false,
        };
        let not_for_acp = Some(NOT_FOR_ACP).filter(|_| is_acp);
        for name in REMOVED.into_iter().chain(not_for_acp).filter(|_| is_newest) {
            if after.get(name).is_some() && (is_switched || before.get(name).is_none()) {
                let message = match name {
                    NOT_FOR_ACP => "an ACP agent can't have it: set it to null in the same patch",
                    _ => "OpenHands has removed this member, and refuses it",
                };
                self.refuse(&path.member(name), message);
            }
        }
    }

    fn judge(&mut self) -> Judge<'_> {
        Judge { violations: &mut self.violations }
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
        self.kinds(&CONVERSATION, (before, after), &path);
        for (name, node, _) in changed(before, after) {
            if matches!(node, Node::Null) && CONVERSATION.rule(name).is_none() {
                self.refuse(&path.member(name), "must not be null");
            }
        }
        self.judge().members(&CONVERSATION, Some(before), after, &path);
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

impl Kind {
    /// `None` for null, which does not say what could be there.
    fn of(node: &Node) -> Option<Self> {
        Some(match node {
            Node::Null => return None,
            Node::Bool(_) => Self::Boolean,
            Node::Number(_) => Self::Number,
            Node::Text(_) | Node::Url(_) => Self::String,
            Node::Secret(secret) => match secret.value {
                SecretValue::Text(_) | SecretValue::Unreadable => Self::String,
                SecretValue::Number(_) => Self::Number,
                SecretValue::Bool(_) => Self::Boolean,
            },
            Node::Array(_) => Self::Array,
            Node::Object(_) => Self::Object,
        })
    }

    fn message(self) -> &'static str {
        match self {
            Self::Boolean => "must be true or false",
            Self::Number => "must be a number",
            Self::String => "must be a string",
            Self::Array => "must be an array",
            Self::Object => "must be an object",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sealing;
    use crate::model::merge::Reading;
    use crate::model::reference::NO_REFERENCES;
    use crate::model::samples::{object, ring};
    use crate::model::settings::SettingsPatch;

    const ROOT: &str = r#"{"agent_settings":{"schema_version":9,"agent_kind":"openhands","llm":{"model":"m","api_key":"sealed k","timeout":300,"stream":false,"litellm_extra_body":{"a":1}},"tools":null,"agent_context":{"secrets":null,"skills":[]},"odd":{"key":5},"verification":{"critic_api_key":7}},"conversation_settings":{"schema_version":1,"max_iterations":500,"confirmation_mode":false,"security_analyzer":"llm","gone":null},"misc_settings":{"a":1}}"#;

    /// The pointers and messages, joined.
    fn found(diff: &str, dialect: Dialect) -> String {
        let before = Settings::open(&object(ROOT), Sealing::Listed, ring()).unwrap();
        let reading =
            Reading { sealing: Sealing::Listed, ring: ring(), may_reveal: true, references: &NO_REFERENCES };
        let after = SettingsPatch::read(object(diff)).unwrap().apply(&before, &reading).settings;
        let violations = check(&before, &after, dialect);
        let rows = violations.iter().map(|row| format!("{} {}", row.pointer, row.message));
        rows.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn what_would_cost_others_the_file_is_refused_and_nothing_else() {
        let version = "the version is not for a client to change";
        for (diff, expected) in [
            (r#"{"schema_version":9,"agent_kind":"openhands"}"#, String::new()),
            (r#"{"schema_version":8}"#, format!("/schema_version {version}")),
            (r#"{"schema_version":null}"#, format!("/schema_version {version}")),
            (
                r#"{"agent_kind":"acp"}"#,
                "/llm an ACP agent can't have it: set it to null in the same patch".to_owned(),
            ),
            (r#"{"agent_kind":"acp","llm":null}"#, String::new()),
            (
                r#"{"agent_kind":"acp","llm":null,"agent_context":{"load_memory":5}}"#,
                "/agent_context/load_memory must be true or false".to_owned(),
            ),
            (r#"{"agent_kind":null}"#, String::new()),
            (r#"{"agent_kind":"llm"}"#, "/agent_kind must be `openhands` or `acp`".to_owned()),
            (
                r#"{"agent_kind":5}"#,
                "/agent_kind must be `openhands` or `acp`".to_owned(),
            ),
            (r#"{"llm":{"model":5}}"#, "/llm/model must be a string".to_owned()),
            (r#"{"llm":{"timeout":12.0,"stream":true}}"#, String::new()),
            (r#"{"llm":{"timeout":12.5}}"#, "/llm/timeout must be a whole number of 0 or more".to_owned()),
            (r#"{"llm":{"timeout":"300"}}"#, "/llm/timeout must be a whole number of 0 or more".to_owned()),
            (r#"{"llm":{"litellm_extra_body":{"a":"x"}}}"#, String::new()),
            (r#"{"llm":"m"}"#, "/llm must be an object".to_owned()),
            (r#"{"condenser":[]}"#, "/condenser must be an object".to_owned()),
            (r#"{"tools":[{"name":"t"}],"new":1}"#, String::new()),
            (r#"{"llm":{"api_key":5}}"#, "/llm/api_key must be a string".to_owned()),
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
                r#"{"agent_context":{"secrets":{"A":5,"B":{"kind":"StaticSecret","value":""}}}}"#,
                "/agent_context/secrets/A must be a string; /agent_context/secrets/B/value must not be blank: remove the member instead".to_owned(),
            ),
            (r#"{"agent_context":{"secrets":"a"}}"#, "/agent_context/secrets must be an object".to_owned()),
            (r#"{"meta_profile_llms":{"fast":{"model":"m","api_key":true}}}"#, "/meta_profile_llms/fast/api_key must be a string".to_owned()),
            // What was there before is not judged.
            (r#"{"verification":{"critic_mode":"all_actions"},"odd":{"key":6}}"#, String::new()),
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
                "/conversation_settings_diff/max_iterations must be a whole number of 1 or more",
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
        let begun = r#"{"conversation_settings_diff":{"container_cpus":"2"},"agent_settings_diff":{"llm":{"top_k":"1"},"agent_context":{"skills":{}}}}"#;
        assert_eq!(
            found(begun, Dialect::Closed),
            "/agent_settings_diff/llm/top_k must be a number of 0 or more; /agent_settings_diff/agent_context/skills must be an array; /conversation_settings_diff/container_cpus must be a number of 0.01 or more"
        );
    }
}
