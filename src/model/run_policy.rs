//! How a server is to be run (DESIGN §13.1): what can be chosen, within which ranges, and what holds where nothing is. It is
//! read from JSON strictly, since a member that is ignored may have been meant to hold something back.

use crate::json::{Json, Number, Object, Pointer};

use super::validate::Violation;

/// How a server is to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// When it is started.
    pub start: StartMode,
    /// After how many seconds without use it is ended.
    pub idle_seconds: u32,
    /// How many seconds a start may take; none where that depends on whether it ran before.
    pub start_timeout_seconds: Option<u32>,
    /// How its health is checked.
    pub health_check: HealthCheckPolicy,
    /// Which tools are offered.
    pub tools: ToolRules,
    /// What its program may use.
    pub limits: Limits,
    /// Who shares a session.
    pub sessions: Sessions,
}

/// When a server is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartMode {
    /// When somebody needs it.
    OnDemand,
    /// Always.
    Always,
}

/// Who shares a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions {
    /// All clients.
    Shared,
    /// Nobody.
    PerClient,
}

/// How health is checked, where that is chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum HealthCheckPolicy {
    /// As the configuration says.
    Absent,
    /// By the default probe.
    Default,
    /// By this tool.
    Tool(HealthCheck),
}

/// A tool that says how a server is.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthCheck {
    /// Its name.
    pub tool: String,
    /// What it is called with.
    pub arguments: Object,
    /// How often.
    pub interval_seconds: u32,
    /// How long an answer may take.
    pub timeout_seconds: u32,
    /// How many failures in a row make it unhealthy.
    pub failure_threshold: u32,
}

/// Which tools are offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolRules {
    /// These only; none for all.
    pub allow: Option<Vec<String>>,
    /// Not these.
    pub deny: Vec<String>,
    /// Only as they were accepted.
    pub pinned: bool,
}

impl ToolRules {
    /// Whether this tool is offered, as far as names say.
    pub fn offers(&self, tool: &str) -> bool {
        let is_in = |names: &[String]| names.iter().any(|name| name == tool);
        self.allow.as_deref().is_none_or(is_in) && !is_in(&self.deny)
    }
}

/// What a program may use. Nothing is changed where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// How much writable memory each of its processes has. MiB. Address space that is only reserved does not count.
    pub memory_mb: Option<u64>,
    /// How many files each of its processes has open.
    pub open_files: Option<u64>,
    /// How many processes it is, with all that it started.
    pub processes: Option<u64>,
}

/// How the members of a health check are called.
struct Names {
    interval: &'static str,
    timeout: &'static str,
    threshold: &'static str,
}

const OF_POLICY: Names =
    Names { interval: "interval_seconds", timeout: "timeout_seconds", threshold: "failure_threshold" };

const OF_DOCUMENT: Names =
    Names { interval: "intervalSeconds", timeout: "timeoutSeconds", threshold: "failureThreshold" };

impl Default for Policy {
    fn default() -> Self {
        Self {
            start: StartMode::OnDemand,
            idle_seconds: 300,
            start_timeout_seconds: None,
            health_check: HealthCheckPolicy::Absent,
            tools: ToolRules::default(),
            limits: Limits::default(),
            sessions: Sessions::Shared,
        }
    }
}

impl Policy {
    /// Reads a policy. What is absent has its default; null is as absent, but for `health_check`.
    ///
    /// # Errors
    ///
    /// Every member that is unknown or has a value that it can't have.
    pub fn read(object: &Object) -> Result<Self, Vec<Violation>> {
        let mut reader = Reader::default();
        let policy = reader.policy(object);
        if reader.violations.is_empty() { Ok(policy) } else { Err(reader.violations) }
    }

    /// The whole policy as JSON, defaults included. Read again, it is the same policy.
    pub fn to_json(&self) -> Object {
        let number = |number: u32| Json::Number(Number::from_u64(number.into()));
        let optional =
            |number: Option<u64>| number.map_or(Json::Null, |number| Json::Number(Number::from_u64(number)));
        let texts = |texts: &[String]| Json::Array(texts.iter().map(Json::string).collect());
        let object = |members: Vec<(&str, Json)>| members.into_iter().collect::<Object>();
        let mut policy = object(vec![
            ("start", Json::string(if self.start == StartMode::Always { "always" } else { "on_demand" })),
            ("idle_seconds", number(self.idle_seconds)),
            ("start_timeout_seconds", optional(self.start_timeout_seconds.map(u64::from))),
        ]);
        match &self.health_check {
            HealthCheckPolicy::Absent => {}
            HealthCheckPolicy::Default => policy.insert("health_check", Json::Null),
            HealthCheckPolicy::Tool(check) => policy.insert(
                "health_check",
                Json::Object(object(vec![
                    ("tool", Json::string(check.tool.as_str())),
                    ("arguments", Json::Object(check.arguments.clone())),
                    (OF_POLICY.interval, number(check.interval_seconds)),
                    (OF_POLICY.timeout, number(check.timeout_seconds)),
                    (OF_POLICY.threshold, number(check.failure_threshold)),
                ])),
            ),
        }
        let ToolRules { allow, deny, pinned } = &self.tools;
        policy.insert(
            "tools",
            Json::Object(object(vec![
                ("allow", allow.as_ref().map_or(Json::Null, |allow| texts(allow))),
                ("deny", texts(deny)),
                ("pinned", Json::Bool(*pinned)),
            ])),
        );
        let Limits { memory_mb, open_files, processes } = self.limits;
        policy.insert(
            "limits",
            Json::Object(object(vec![
                ("memory_mb", optional(memory_mb)),
                ("open_files", optional(open_files)),
                ("processes", optional(processes)),
            ])),
        );
        policy.insert(
            "sessions",
            Json::string(if self.sessions == Sessions::PerClient { "per_client" } else { "shared" }),
        );
        policy
    }

    /// Whether another policy starts the server where this one does not.
    pub fn starts_more(&self, other: &Self) -> bool {
        self.start != StartMode::Always && other.start == StartMode::Always
    }

    /// Whether another policy calls a tool that this one does not call so.
    pub fn checks_otherwise(&self, other: &Self) -> bool {
        self.health_check != other.health_check
    }

    /// Whether another policy could offer a tool, or a form of one, that this one does not.
    pub fn loosens_tools(&self, other: &Self) -> bool {
        let (own, other) = (&self.tools, &other.tools);
        let is_wider = match (&own.allow, &other.allow) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(own), Some(other)) => other.iter().any(|tool| !own.contains(tool)),
        };
        is_wider || own.deny.iter().any(|tool| !other.deny.contains(tool)) || (own.pinned && !other.pinned)
    }
}

impl HealthCheck {
    /// What the member `healthCheck` of a configuration says, if it can be used.
    pub fn of_document(member: &Json) -> Option<Self> {
        let mut reader = Reader::default();
        let at = Pointer::root().member("healthCheck");
        let check = reader.health_check(member, &at, &OF_DOCUMENT)?;
        reader.violations.is_empty().then_some(check)
    }
}

/// Reads members, and notes what is wrong with them.
#[derive(Default)]
struct Reader {
    violations: Vec<Violation>,
}

impl Reader {
    fn wrong<T>(&mut self, at: &Pointer, message: impl Into<std::borrow::Cow<'static, str>>) -> Option<T> {
        self.violations.push(Violation { pointer: at.clone(), message: message.into() });
        None
    }

    fn policy(&mut self, object: &Object) -> Policy {
        let (mut policy, root) = (Policy::default(), Pointer::root());
        for (name, value) in object.iter() {
            let at = root.member(name);
            match name {
                "health_check" if value.is_null() => policy.health_check = HealthCheckPolicy::Default,
                "start" | "idle_seconds" | "start_timeout_seconds" | "tools" | "limits" | "sessions"
                    if value.is_null() => {}
                "start" => {
                    let words = [("on_demand", StartMode::OnDemand), ("always", StartMode::Always)];
                    policy.start = self.word(value, &at, &words).unwrap_or(policy.start);
                }
                "sessions" => {
                    let words = [("shared", Sessions::Shared), ("per_client", Sessions::PerClient)];
                    policy.sessions = self.word(value, &at, &words).unwrap_or(policy.sessions);
                }
                "idle_seconds" => {
                    policy.idle_seconds = self.number(value, &at, 0, 86_400).unwrap_or(policy.idle_seconds);
                }
                "start_timeout_seconds" => policy.start_timeout_seconds = self.number(value, &at, 1, 3_600),
                "health_check" => {
                    let check = self.health_check(value, &at, &OF_POLICY);
                    policy.health_check = check.map_or(HealthCheckPolicy::Absent, HealthCheckPolicy::Tool);
                }
                "tools" => policy.tools = self.tools(value, &at),
                "limits" => policy.limits = self.limits(value, &at),
                _ => drop(self.wrong::<()>(&at, "is not known")),
            }
        }
        policy
    }

    fn object<'a>(&mut self, value: &'a Json, at: &Pointer) -> Option<&'a Object> {
        value.as_object().or_else(|| self.wrong(at, "must be an object"))
    }

    fn tools(&mut self, value: &Json, at: &Pointer) -> ToolRules {
        let mut rules = ToolRules::default();
        for (name, value) in self.object(value, at).into_iter().flat_map(Object::iter) {
            let at = at.member(name);
            match name {
                "allow" | "deny" | "pinned" if value.is_null() => {}
                "allow" => rules.allow = self.texts(value, &at),
                "deny" => rules.deny = self.texts(value, &at).unwrap_or_default(),
                "pinned" => match value.as_bool() {
                    Some(pinned) => rules.pinned = pinned,
                    None => drop(self.wrong::<()>(&at, "must be true or false")),
                },
                _ => drop(self.wrong::<()>(&at, "is not known")),
            }
        }
        rules
    }

    fn limits(&mut self, value: &Json, at: &Pointer) -> Limits {
        let mut limits = Limits::default();
        for (name, value) in self.object(value, at).into_iter().flat_map(Object::iter) {
            let at = at.member(name);
            match name {
                "memory_mb" | "open_files" | "processes" if value.is_null() => {}
                "memory_mb" => limits.memory_mb = self.number(value, &at, 16, 1 << 20).map(u64::from),
                "open_files" => limits.open_files = self.number(value, &at, 16, 1 << 20).map(u64::from),
                "processes" => limits.processes = self.number(value, &at, 1, 1 << 16).map(u64::from),
                _ => drop(self.wrong::<()>(&at, "is not known")),
            }
        }
        limits
    }

    fn health_check(&mut self, value: &Json, at: &Pointer, names: &Names) -> Option<HealthCheck> {
        let object = self.object(value, at)?;
        let mut check = HealthCheck {
            tool: String::new(),
            arguments: Object::new(),
            interval_seconds: 60,
            timeout_seconds: 10,
            failure_threshold: 3,
        };
        for (name, value) in object.iter() {
            let at = at.member(name);
            match name {
                "tool" => match value.as_str().filter(|tool| !tool.is_empty()) {
                    Some(tool) => check.tool = tool.to_owned(),
                    None => drop(self.wrong::<()>(&at, "must be the name of a tool")),
                },
                "arguments" if value.is_null() => {}
                "arguments" => check.arguments = self.object(value, &at).cloned().unwrap_or_default(),
                name if name == names.interval => {
                    check.interval_seconds = self.number(value, &at, 10, 86_400).unwrap_or_default();
                }
                name if name == names.timeout => {
                    check.timeout_seconds = self.number(value, &at, 1, 60).unwrap_or_default();
                }
                name if name == names.threshold => {
                    check.failure_threshold = self.number(value, &at, 1, 10).unwrap_or_default();
                }
                _ => drop(self.wrong::<()>(&at, "is not known")),
            }
        }
        if !object.contains("tool") {
            return self.wrong(&at.member("tool"), "is missing");
        }
        Some(check)
    }

    fn word<T: Copy>(&mut self, value: &Json, at: &Pointer, words: &[(&str, T)]) -> Option<T> {
        let found = value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        match found {
            Some((_, meaning)) => Some(*meaning),
            None => {
                let words: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
                self.wrong(at, format!("must be {}", words.join(" or ")))
            }
        }
    }

    fn number(&mut self, value: &Json, at: &Pointer, least: u32, most: u32) -> Option<u32> {
        let found = match value {
            Json::Number(number) => whole(number.spelling()),
            _ => None,
        };
        match found.filter(|number| (least..=most).contains(number)) {
            Some(number) => Some(number),
            None => self.wrong(at, format!("must be a whole number from {least} to {most}")),
        }
    }

    fn texts(&mut self, value: &Json, at: &Pointer) -> Option<Vec<String>> {
        let Some(elements) = value.as_array() else { return self.wrong(at, "must be a list of names") };
        let mut texts = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            match element.as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => drop(self.wrong::<()>(&at.element(index), "must be the name of a tool")),
            }
        }
        Some(texts)
    }
}

/// A whole number, in whatever way it is spelled: `60.0` is one, too (JSON Schema, `integer`).
fn whole(spelling: &str) -> Option<u32> {
    let spelled =
        || spelling.parse::<f64>().ok().filter(|number| number.fract() == 0.0)?.to_string().parse().ok();
    spelling.parse().ok().or_else(spelled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_compact;
    use crate::model::samples::object;

    fn read(text: &str) -> Policy {
        Policy::read(&object(text)).unwrap()
    }

    const WHOLE: &str = r#"{"start":"always","idle_seconds":0,"start_timeout_seconds":90,
        "health_check":{"tool":"get_me","arguments":{"a":[1.50]},"interval_seconds":10,"timeout_seconds":60,"failure_threshold":1},
        "tools":{"allow":["a"],"deny":["b"],"pinned":true},"limits":{"memory_mb":512,"open_files":64,"processes":4},"sessions":"per_client"}"#;

    #[test]
    fn a_policy_that_is_shown_is_the_same_when_it_is_read() {
        for text in
            ["{}", WHOLE, r#"{"health_check":null}"#, r#"{"health_check":{"tool":"a"},"tools":{"allow":[]}}"#]
        {
            let policy = read(text);
            assert_eq!(Policy::read(&policy.to_json()).unwrap(), policy, "{text}");
        }
        assert_eq!(read("{}"), Policy::default());
        assert_eq!(read(r#"{"start":null,"tools":null,"limits":{"processes":null}}"#), Policy::default());
        assert!(
            to_compact(&read(WHOLE).to_json().into()).contains("1.50"),
            "arguments are passed on as they are"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, expected) in [
            (r#"{"starts":1}"#, &["/starts"][..]),
            (r#"{"start":"now","idle_seconds":86401}"#, &["/start", "/idle_seconds"]),
            (
                r#"{"idle_seconds":1.5,"start_timeout_seconds":0}"#,
                &["/idle_seconds", "/start_timeout_seconds"],
            ),
            (r#"{"health_check":{}}"#, &["/health_check/tool"]),
            (r#"{"health_check":{"tool":"","x":1}}"#, &["/health_check/tool", "/health_check/x"]),
            (
                r#"{"health_check":{"tool":"a","interval_seconds":9,"timeout_seconds":61,"failure_threshold":0}}"#,
                &[
                    "/health_check/interval_seconds",
                    "/health_check/timeout_seconds",
                    "/health_check/failure_threshold",
                ],
            ),
            (r#"{"health_check":{"tool":"a","intervalSeconds":60}}"#, &["/health_check/intervalSeconds"]),
            (r#"{"tools":{"allow":["a",1],"b":1},"limits":[]}"#, &["/tools/allow/1", "/tools/b", "/limits"]),
            (r#"{"limits":{"memory_mb":1,"cpu":1}}"#, &["/limits/memory_mb", "/limits/cpu"]),
            (r#"{"sessions":"mine"}"#, &["/sessions"]),
        ] {
            let violations = Policy::read(&object(text)).unwrap_err();
            let found: Vec<&str> = violations.iter().map(|violation| violation.pointer.as_str()).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn the_ends_of_each_range_are_in_it() {
        read(
            r#"{"idle_seconds":86400,"start_timeout_seconds":1,"health_check":{"tool":"a","interval_seconds":86400,"timeout_seconds":1,"failure_threshold":10}}"#,
        );
    }

    #[test]
    fn what_needs_more_than_write_is_known() {
        let is_looser = |from: &str, to: &str| read(from).loosens_tools(&read(to));
        for (tight, loose) in [
            (r#"{"tools":{"allow":["a"]}}"#, "{}"),
            (r#"{"tools":{"allow":[]}}"#, r#"{"tools":{"allow":["a"]}}"#),
            (r#"{"tools":{"deny":["a","b"]}}"#, r#"{"tools":{"deny":["b"]}}"#),
            (r#"{"tools":{"pinned":true}}"#, "{}"),
            (r#"{"tools":{"allow":["a"],"deny":[]}}"#, r#"{"tools":{"allow":["b"],"deny":["a"]}}"#),
        ] {
            assert!(is_looser(tight, loose), "{tight} {loose}");
            assert!(!is_looser(tight, tight));
        }
        assert!(!is_looser("{}", r#"{"tools":{"allow":["a"],"deny":["b"],"pinned":true}}"#));
        let always = read(r#"{"start":"always"}"#);
        assert!(Policy::default().starts_more(&always) && !always.starts_more(&Policy::default()));
        assert!(Policy::default().checks_otherwise(&read(r#"{"health_check":null}"#)));
    }

    #[test]
    fn c1_a_configuration_may_have_a_health_check_in_its_own_words() {
        let object = object(
            r#"{"a":{"tool":"get_me","arguments":{"x":1},"intervalSeconds":60,"timeoutSeconds":10,"failureThreshold":3},
                "b":{"tool":"get_me","interval_seconds":60},"c":[]}"#,
        );
        let check = HealthCheck::of_document(object.get("a").unwrap()).unwrap();
        assert_eq!((check.tool.as_str(), check.interval_seconds, check.failure_threshold), ("get_me", 60, 3));
        assert!(["b", "c"].iter().all(|name| HealthCheck::of_document(object.get(name).unwrap()).is_none()));
    }
}
