//! Documents as OpenHands, this service and editors leave them: every layout, odd servers among good ones,
//! secrets encrypted by any key, in the clear, or not strings at all.

use mcp_settings::json::{Json, Object, Rules, parse};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use crate::spelling::{Manner, any_manner, spell};
use crate::tokens;

/// Whose document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Own,
    WrappedV3,
    FlatV9,
}

/// A document and what is in it.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) layout: Layout,
    pub(crate) servers: Vec<(String, Json)>,
    pub(crate) manner: Manner,
}

impl Layout {
    pub(crate) fn is_open(self) -> bool {
        self != Self::FlatV9
    }
}

impl Sample {
    /// The document's text.
    pub(crate) fn text(&self) -> String {
        let parts = self.parts();
        [parts.before, parts.servers.join(","), parts.after].concat()
    }

    /// The texts of the members of the server map, and what is around them.
    pub(crate) fn parts(&self) -> Parts {
        let wrapped = ("\"mcp_config\": {\"other\": [1.0, 1E2],\"mcpServers\":{", "}}");
        let (version, (open, close)) = match self.layout {
            Layout::Own => ("", wrapped),
            Layout::WrappedV3 => ("\"schema_version\": 3,", wrapped),
            Layout::FlatV9 => ("\"schema_version\": 9,", ("\"mcp_config\":{", "}")),
        };
        // A token of ours outside the servers: without one, foreign ones alone would mean a wrong key.
        let key = &tokens::OWN[0].text;
        let before = format!(
            "{{ \"conversation_settings\":{{\"max\" : 1e3}},\n \"agent_settings\": {{ {version} \"agent_kind\":\"openhands\",\"llm\":{{\"api_key\":\"{key}\"}}, {open}"
        );
        let server = |(name, value): &(String, Json)| {
            let name = spell(&Json::string(name.as_str()), self.manner, "");
            format!("\n    {name}: {}", spell(value, self.manner, "    "))
        };
        let after = format!("\n {close} , \"tools\" : [ ] }} , \"misc\":{{\"\\u0041\":-0}} }}\n");
        Parts { before, servers: self.servers.iter().map(server).collect(), after }
    }
}

/// A document cut at the commas between its servers.
pub(crate) struct Parts {
    pub(crate) before: String,
    pub(crate) servers: Vec<String>,
    pub(crate) after: String,
}

/// A document with at least one server.
pub(crate) fn any_sample() -> impl Strategy<Value = Sample> {
    select(vec![Layout::Own, Layout::WrappedV3, Layout::FlatV9]).prop_flat_map(any_sample_in)
}

/// The same of one layout.
pub(crate) fn any_sample_in(layout: Layout) -> impl Strategy<Value = Sample> {
    let servers = btree_map("[a-z][a-z0-9._-]{0,5}", any_stored_server(layout), 1..4);
    (servers, any_manner()).prop_map(move |(servers, manner)| Sample {
        layout,
        servers: servers.into_iter().collect(),
        manner,
    })
}

/// A server that may be in a file: mostly one that this service would take.
fn any_stored_server(layout: Layout) -> BoxedStrategy<Json> {
    let odd = prop_oneof![
        Just("{}"),
        Just(r#"{"command":null,"transport":null,"headers":{"Authorization":"x"},"auth":null}"#),
        Just(r#"{"command":"x","env":{"PORT":8080,"ON":true,"NIL":null,"E":""},"cwd":null}"#),
        Just(r#"{"command":null,"url":"https://u:p@h.example/a?api_key=k&x=1","headers":{},"args":[]}"#),
        Just(r#"{"url":5,"timeout":"30","args":"no","env":["a",1,null],"enabled":true}"#),
        Just(r#"{"command":"x","transport":"stdio","type":"stdio","auth":"clear-token"}"#),
        Just(r#"{"url":"https://h","auth":{"strategy":"other","value":7,"headers":{"A":[["b"],1]}}}"#),
        Just(r#"{"url":"https://h","auth":"oauth","authentication":{"client_id":"c","client_secret":"z"}}"#),
        Just(r#"{"command":"x","timeout":1e400,"n":[-0,0.0,-0.0,1e-400,9007199254740993]}"#),
    ];
    let odd = odd.prop_map(|text| parse(text, &Rules::STORED).expect("it is JSON"));
    prop_oneof![8 => any_server(layout).prop_map(Json::from), 1 => odd].boxed()
}

/// A server that this service takes.
pub(crate) fn any_server(layout: Layout) -> BoxedStrategy<Object> {
    let stdio = (
        select(vec!["npx", "uvx"]),
        maybe(vec(select(vec!["-y", "", "ü"]), 0..3).prop_map(texts)),
        // None of these is a plain name, whose value is not secret to every caller.
        maybe(btree_map("[A-Y]{1,3}", any_secret(), 0..4).prop_map(object)),
    )
        .prop_map(|(command, args, env)| {
            let mut server = Object::new();
            server.insert("command", Json::string(command));
            insert_some(&mut server, "args", args);
            insert_some(&mut server, "env", env);
            server
        });
    let remote = (
        any_url(),
        maybe(btree_map("X-[A-Z]{1,2}", any_secret(), 0..3).prop_map(object)),
        maybe(any_auth(layout)),
    )
        .prop_map(|(url, headers, auth)| {
            let mut server = Object::new();
            server.insert("url", Json::string(url));
            insert_some(&mut server, "headers", headers);
            insert_some(&mut server, "auth", auth);
            server
        });
    (prop_oneof![stdio, remote], vec(any_extra(layout), 0..4), any::<bool>())
        .prop_map(|(mut server, extras, is_turned)| {
            for (name, value) in extras {
                server.insert(name, value);
            }
            if is_turned {
                server.iter().rev().map(|(name, value)| (name, value.clone())).collect()
            } else {
                server
            }
        })
        .boxed()
}

fn any_auth(layout: Layout) -> BoxedStrategy<Json> {
    let with = |strategy: &'static str, name: &'static str| {
        any_secret().prop_map(move |secret| {
            object([("strategy".to_owned(), Json::string(strategy)), (name.to_owned(), secret)])
        })
    };
    let oauth = (any_secret(), any_secret(), number()).prop_map(|(client, access, expires)| {
        let authentication = object([
            ("type".to_owned(), Json::string("oauth")),
            ("client_id".to_owned(), Json::string("c")),
            ("client_secret".to_owned(), client),
        ]);
        let tokens =
            object([("access_token".to_owned(), access), ("token_type".to_owned(), Json::string("bearer"))]);
        let state = object([("tokens".to_owned(), tokens), ("token_expires_at".to_owned(), expires)]);
        object([
            ("strategy".to_owned(), Json::string("oauth2")),
            ("authentication".to_owned(), authentication),
            ("state".to_owned(), state),
        ])
    });
    let header = btree_map("X-[A-Z]", any_secret(), 0..2).prop_map(|headers| {
        object([("strategy".to_owned(), Json::string("header")), ("headers".to_owned(), object(headers))])
    });
    let closed = prop_oneof![with("bearer", "value"), with("api_key", "value"), oauth, header];
    if layout.is_open() {
        prop_oneof![closed, any_secret(), Just(Json::string("oauth"))].boxed()
    } else {
        closed.boxed()
    }
}

/// A member that says something beside command and URL.
pub(crate) fn any_extra(layout: Layout) -> BoxedStrategy<(String, Json)> {
    let text = |name: &'static str| {
        select(vec!["", "text", "☃"]).prop_map(move |text| (name.to_owned(), Json::string(text)))
    };
    let both = prop_oneof![
        text("description"),
        text("icon"),
        any::<bool>().prop_map(|value| ("enabled".to_owned(), Json::Bool(value))),
        any::<bool>().prop_map(|value| ("keep_alive".to_owned(), Json::Bool(value))),
        number().prop_map(|value| ("timeout".to_owned(), value)),
        number().prop_map(|value| ("sse_read_timeout".to_owned(), value)),
    ];
    let open = prop_oneof![
        any_json().prop_map(|value| ("x-note".to_owned(), value)),
        vec(any_secret(), 0..3).prop_map(|list| ("apiKeys".to_owned(), Json::Array(list))),
        any_secret().prop_map(|secret| (
            "deep".to_owned(),
            object([("password".to_owned(), secret), ("n".to_owned(), json("1"))])
        )),
        any_json()
            .prop_map(|value| ("tools".to_owned(), object([("a".to_owned(), value)])))
            .prop_filter("null means nothing inside a known member", |(_, value)| !has_null(value)),
        vec(select(vec!["x", "y"]), 0..3).prop_map(|tags| ("include_tags".to_owned(), texts(tags))),
        any::<bool>().prop_map(|value| ("disabled".to_owned(), Json::Bool(value))),
    ];
    if layout.is_open() { prop_oneof![both, open].boxed() } else { both.boxed() }
}

/// A secret string as it may be in a file.
pub(crate) fn any_secret() -> impl Strategy<Value = Json> + Clone {
    prop_oneof![
        6 => any::<prop::sample::Index>().prop_map(|index| Json::string(index.get(&tokens::OWN).text.as_str())),
        1 => any::<prop::sample::Index>().prop_map(|index| Json::string(index.get(&tokens::FOREIGN).text.as_str())),
        3 => select(vec!["clear", "s3cret", "12345", "***", "[redacted]"]).prop_map(Json::string),
    ]
}

pub(crate) fn any_url() -> impl Strategy<Value = &'static str> {
    select(vec![
        "https://h.example/mcp",
        "https://u:p@h.example:8443/mcp?x=1",
        "HTTPS://tok@H.example/?api_key=k1&x=%20&API_KEY=k2#frag",
        "http://h.example?token=%F0%9F%98%80",
        "unparseable?secret=1",
    ])
}

/// A number in one of the spellings that could be mistaken for each other.
pub(crate) fn number() -> impl Strategy<Value = Json> {
    let spellings = vec![
        "30",
        "30.0",
        "3e1",
        "0",
        "0.5",
        "9007199254740993",
        "9007199254740992",
        "12345678901234567890123",
    ];
    select(spellings).prop_map(json)
}

pub(crate) fn any_json() -> BoxedStrategy<Json> {
    let scalar = prop_oneof![
        Just(json("null")),
        Just(json("true")),
        number(),
        select(vec!["", "a", "\u{7f}\n\"", "☃"]).prop_map(Json::string),
    ];
    scalar
        .prop_recursive(3, 8, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..3).prop_map(Json::Array),
                btree_map(select(vec!["a", "b", "", "~/"]), inner, 0..3)
                    .prop_map(|members| members.into_iter().collect::<Object>().into()),
            ]
        })
        .boxed()
}

/// A value by its text.
pub(crate) fn json(text: &str) -> Json {
    parse(text, &Rules::STORED).expect("the test spells JSON")
}

fn has_null(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(elements) => elements.iter().any(has_null),
        Json::Object(object) => object.iter().any(|(_, value)| has_null(value)),
        _ => false,
    }
}

fn maybe<T: std::fmt::Debug + Clone>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.7, value)
}

fn texts(texts: Vec<&str>) -> Json {
    Json::Array(texts.into_iter().map(Json::string).collect())
}

fn object(members: impl IntoIterator<Item = (String, Json)>) -> Json {
    members.into_iter().collect::<Object>().into()
}

fn insert_some(server: &mut Object, name: &str, value: Option<Json>) {
    if let Some(value) = value {
        server.insert(name, value);
    }
}
