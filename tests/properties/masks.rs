//! A mask is never stored: whatever its form, wherever it is sent, on both surfaces and by any caller. Each
//! sequence of reads and writes ends with secrets that somebody sent, and with none lost that nobody removed.

use std::collections::BTreeMap;

use mcp_settings::json::{Json, Object, Pointer, Rules, parse, to_compact};
use mcp_settings::model::json_patch;
use mcp_settings::model::mask::{DOTS, LETTER, MARKS, MASK, URL_MASK};
use mcp_settings::secrets::Exposure;
use mcp_settings::service::{Operation, ServerWrite, ServiceError, Words};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::client::{Client, Who};

/// The servers, in the words of our own documents. `§` and a number is a secret.
const OPEN: &str = r#"{
    "stdio": {"command":"c","env":{"A":"§0","B":"§1"},"apiKeys":["§2","§3"],"deep":{"password":"§4"},"authentication":{"client_secret":"§5"}},
    "text": {"url":"https://§6:§7@h.example/mcp?api_key=§8&x=1","headers":{"X-A":"§9"},"auth":"§10"},
    "bearer": {"url":"https://h.example/","auth":{"strategy":"bearer","value":"§11"}},
    "oauth": {"url":"https://h.example/","auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_secret":"§12"},"state":{"tokens":{"access_token":"§13","refresh_token":"§14"},"client_info":{"client_secret":"§15"}}}}
}"#;

/// In the words of OpenHands' documents.
const CLOSED: &str = r#"{
    "stdio": {"command":"c","env":{"A":"§0","B":"§1"}},
    "url": {"url":"https://§6:§7@h.example/mcp?api_key=§8&x=1","headers":{"X-A":"§9"}},
    "bearer": {"url":"https://h.example/","auth":{"strategy":"bearer","value":"§11"}},
    "basic": {"url":"https://h.example/","auth":{"strategy":"basic","username":"u","password":"§2"}},
    "header": {"url":"https://h.example/","auth":{"strategy":"header","headers":{"X-B":"§3"}}},
    "oauth": {"url":"https://h.example/","auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_secret":"§12"},"state":{"tokens":{"access_token":"§13","refresh_token":"§14"},"client_info":{"client_secret":"§15"}}}}
}"#;

/// What is outside the servers.
const OUTSIDE: &str = r#"{"llm":{"api_key":"§16"},"agent_context":{"secrets":{"S":"§17"}},"verification":{"critic_api_key":"§18"}}"#;

const SECRETS: usize = 19;

/// One form of mask.
#[derive(Clone, Debug)]
enum Form {
    /// A text that is nothing but a mask.
    Whole(String),
    /// The secret's head and tail of these lengths, around a mask.
    Part(usize, String, usize),
    /// A text of others around a mask.
    Around(&'static str, String, &'static str),
}

/// Which write carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route {
    Put,
    MergePatch,
    JsonPatch,
    OpenHandsPatch,
    OpenHandsServer,
    /// A server in a patch of all settings.
    Servers,
    /// What is outside the servers.
    Outside,
}

#[derive(Clone, Debug)]
struct Write {
    who: Who,
    route: Route,
    server: Index,
    /// Which secret of it, and what is sent in its place; none of it is sent for the whole view.
    masks: Vec<(Index, Form)>,
    /// A new secret that is sent beside them.
    new: Option<(Index, u32)>,
}

fn any_mask() -> impl Strategy<Value = String> {
    let dots = (select(DOTS.to_vec()), 3..14_usize).prop_map(|(dot, count)| dot.to_string().repeat(count));
    let mixed = vec(select(DOTS.to_vec()), 3..9).prop_map(|dots| dots.into_iter().collect());
    let mark = select(MARKS.to_vec()).prop_map(str::to_owned);
    prop_oneof![
        2 => select(vec![MASK, "<redacted>", URL_MASK]).prop_map(str::to_owned),
        2 => mark.clone(),
        1 => mark.prop_map(|mark| mark.to_uppercase()),
        3 => dots,
        1 => mixed,
    ]
}

fn any_form() -> impl Strategy<Value = Form> {
    let decorated = (any_mask(), select(vec![(" ", ""), ("", "\n"), ("\"", "\""), ("<", ">"), ("", "")]))
        .prop_map(|(mask, (before, behind))| format!("{before}{mask}{behind}"));
    let word =
        select(vec!["***REDACTED***", "REDACTED", "(redacted)", "__Redacted__"]).prop_map(str::to_owned);
    let letters = (3..12_usize, any::<bool>()).prop_map(|(count, is_upper)| {
        let letters = LETTER.to_string().repeat(count);
        if is_upper { letters.to_uppercase() } else { letters }
    });
    let escaped =
        any_mask().prop_map(|mask| mask.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>());
    let html = select(vec!["&lt;redacted&gt;", "\\u005bREDACTED\\u005d", "&bull;&bull;&bull;&bull;"])
        .prop_map(str::to_owned);
    prop_oneof![
        4 => decorated.prop_map(Form::Whole),
        1 => word.prop_map(Form::Whole),
        1 => letters.prop_map(Form::Whole),
        1 => escaped.prop_map(Form::Whole),
        1 => html.prop_map(Form::Whole),
        3 => (0..4_usize, any_mask(), 0..4_usize).prop_map(|(head, mask, tail)| Form::Part(head, mask, tail)),
        2 => (select(vec!["Bearer ", "sk-", ""]), select(MARKS.to_vec()), select(vec!["", " and more"]))
            .prop_map(|(before, mark, behind)| Form::Around(before, mark.to_owned(), behind)),
        1 => (select(vec!["Bearer ", "sk-"]), select(vec!["********", "••••", "●●●"]), select(vec!["", "-x"]))
            .prop_map(|(before, mask, behind)| Form::Around(before, mask.to_owned(), behind)),
    ]
}

fn any_write() -> impl Strategy<Value = Write> {
    let route = select(vec![
        Route::Put,
        Route::MergePatch,
        Route::JsonPatch,
        Route::OpenHandsPatch,
        Route::OpenHandsServer,
        Route::Servers,
        Route::Outside,
    ]);
    let who = prop_oneof![Just(Who::Writer), Just(Who::Revealer)];
    let new = prop::option::weighted(0.3, (any::<Index>(), any::<u32>()));
    (who, route, any::<Index>(), vec((any::<Index>(), any_form()), 1..4), new).prop_map(
        |(who, route, server, mut masks, new)| {
            // Where nothing is stored, a text with asterisks in it has no head and no tail of anything.
            if route == Route::OpenHandsServer {
                masks.iter_mut().for_each(|(_, form)| {
                    if let Form::Part(_, mask, _) = form {
                        *form = Form::Whole(mask.clone());
                    }
                });
            }
            // And a new secret in the place of its one mask would be a server like any other.
            let new = new.filter(|_| route != Route::OpenHandsServer);
            Write { who, route, server, masks, new }
        },
    )
}

fn secret(number: usize) -> String {
    format!("sEcret-{number}-of-mine")
}

/// The text with secrets in their places, the last first, since `§1` begins `§10`.
fn filled(text: &str) -> String {
    (0..SECRETS)
        .rev()
        .fold(text.to_owned(), |text, number| text.replace(&format!("§{number}"), &secret(number)))
}

fn object(text: &str) -> Object {
    match parse(text, &Rules::STORED) {
        Ok(Json::Object(object)) => object,
        _ => panic!("no object: {text}"),
    }
}

/// A document in which all secrets are in the clear, as an editor leaves it.
fn document(is_open: bool) -> String {
    let (servers, version, open, close) = match is_open {
        true => (OPEN, "", r#"{"mcpServers":"#, "}"),
        false => (CLOSED, r#""schema_version":9,"#, "", ""),
    };
    let outside = &OUTSIDE[1..OUTSIDE.len() - 1];
    filled(&format!(
        r#"{{"agent_settings":{{{version}"agent_kind":"openhands",{outside},"mcp_config":{open}{servers}{close}}}}}"#
    ))
}

/// The texts in an object that hold a secret, with their places. What a read without exposure shows as masked.
fn secrets_of(value: &Json, at: Pointer, found: &mut Vec<(Pointer, String)>) {
    match value {
        Json::String(text) if text.as_str().contains("cret-") => found.push((at, text.as_str().to_owned())),
        Json::Array(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, inner)| secrets_of(inner, at.element(index), found));
        }
        Json::Object(members) => {
            members.iter().for_each(|(name, inner)| secrets_of(inner, at.member(name), found));
        }
        _ => {}
    }
}

impl Form {
    /// The mask of this secret.
    fn of(&self, secret: &str) -> String {
        let piece = |text: Vec<char>| text.into_iter().collect::<String>();
        match self {
            Self::Whole(mask) => mask.clone(),
            Self::Around(before, mask, behind) => format!("{before}{mask}{behind}"),
            Self::Part(head, mask, tail) => {
                let head = piece(secret.chars().take(*head).collect());
                let tail = piece(secret.chars().skip(secret.chars().count() - tail).collect());
                format!("{head}{mask}{tail}")
            }
        }
    }

    /// A URL with its secret parts masked in this form, as far as a URL can hold it.
    fn of_url(&self, url: &str) -> String {
        let (scheme, rest) = url.split_once("://").expect("the samples have schemes");
        let (userinfo, rest) = rest.split_once('@').expect("the samples have userinfo");
        let (host, query) = rest.split_once("?api_key=").expect("the samples have a key");
        let (key, query) = query.split_once('&').expect("the samples have more in the query");
        let coded = |text: String| -> String {
            text.chars()
                .map(|character| match character {
                    ' ' | '\n' | '/' | '@' | '#' | '?' | '&' | '\\' | '"' => {
                        format!("%{:02X}", u32::from(character))
                    }
                    other => other.to_string(),
                })
                .collect()
        };
        format!("{scheme}://{}@{host}?api_key={}&{query}", coded(self.of(userinfo)), coded(self.of(key)))
    }
}

/// The value with another text in this place.
fn with(value: &Json, place: &[String], text: &str) -> Json {
    let Some((first, rest)) = place.split_first() else { return Json::string(text) };
    match value {
        Json::Object(members) => {
            let member = |(name, inner): (&str, &Json)| match name == first {
                true => (name.to_owned(), with(inner, rest, text)),
                false => (name.to_owned(), inner.clone()),
            };
            members.iter().map(member).collect::<Object>().into()
        }
        Json::Array(elements) => {
            let element = |(index, inner): (usize, &Json)| match index.to_string() == *first {
                true => with(inner, rest, text),
                false => inner.clone(),
            };
            Json::Array(elements.iter().enumerate().map(element).collect())
        }
        _ => panic!("there is no such place"),
    }
}

/// All secrets of the document in the clear, by their places.
fn stored(client: &Client, servers: &[String]) -> BTreeMap<String, String> {
    let mut found = Vec::new();
    secrets_of(&client.settings_around(Exposure::Plaintext).into(), Pointer::root(), &mut found);
    for name in servers {
        let config = client.get(name, Exposure::Plaintext).expect("a key opens all of it");
        secrets_of(&config.into(), Pointer::root().member(name), &mut found);
    }
    found.into_iter().map(|(place, text)| (place.to_string(), text)).collect()
}

/// A write as it is sent.
struct Sent {
    who: Who,
    route: Route,
    name: String,
    body: Object,
    operations: String,
    /// The new secret in it.
    new: String,
}

impl Sent {
    /// Makes it from what its sender reads, masks put in.
    fn of(client: &Client, write: &Write, servers: &[String]) -> Self {
        let name = write.server.get(servers);
        let read = |exposure| -> Json {
            match write.route {
                Route::Put | Route::MergePatch | Route::JsonPatch => {
                    client.get(name, exposure).expect("a key opens all of it").into()
                }
                Route::OpenHandsPatch | Route::OpenHandsServer | Route::Servers => client
                    .settings(exposure)
                    .expect("a key opens all of it")
                    .get(name)
                    .expect("it is there")
                    .clone(),
                Route::Outside => client.settings_around(exposure).into(),
            }
        };
        let mut places = Vec::new();
        secrets_of(&read(Exposure::Plaintext), Pointer::root(), &mut places);
        let mut texts = Vec::new();
        for (index, form) in &write.masks {
            let (place, secret) = index.get(&places);
            let mask = if place.as_str() == "/url" { form.of_url(secret) } else { form.of(secret) };
            texts.push((place, mask));
        }
        let new = write.new.as_ref().and_then(|(index, number)| {
            let (place, _) = index.get(&places);
            (place.as_str() != "/url").then(|| (place, format!("new-cret-{number}")))
        });
        texts.extend(new.clone());
        let mut body = read(Exposure::Redacted);
        let mut operations = Vec::new();
        for (place, text) in texts {
            let steps: Vec<String> = place.steps().map(|step| step.into_owned()).collect();
            body = with(&body, &steps, &text);
            let [path, value] = [place.as_str(), &text].map(|text| to_compact(&Json::string(text)));
            operations.push(format!(r#"{{"op":"replace","path":{path},"value":{value}}}"#));
        }
        let Json::Object(body) = body else { unreachable!("a view is an object") };
        Self {
            // Only who may do everything changes what is outside the servers.
            who: if matches!(write.route, Route::Outside) { Who::Revealer } else { write.who },
            route: write.route,
            name: name.clone(),
            body,
            operations: format!("[{}]", operations.join(",")),
            new: new.map(|(_, text)| text).unwrap_or_default(),
        }
    }

    fn send(&self, client: &Client) -> Result<(), ServiceError> {
        let Self { who, name, body, .. } = self;
        let in_settings = |diff: Object| {
            let body = Object::from_iter([("agent_settings_diff", Json::from(diff))]);
            client.patch_settings_as(*who, &body).map(drop)
        };
        match self.route {
            Route::Put => client.put(name, body, *who).map(drop),
            Route::MergePatch => client.patch(name, body, *who).map(drop),
            Route::JsonPatch => {
                let operations = parse(&self.operations, &Rules::BODY).expect("it is JSON");
                let patch = json_patch::parse(operations).expect("it is a patch");
                client.update(name, ServerWrite::patch(patch), *who).map(drop)
            }
            Route::OpenHandsPatch => client.patch_in_settings(name, body, *who).map(drop),
            Route::OpenHandsServer => client
                .update("created", Operation::Create(body.clone()).in_words(Words::OpenHands), *who)
                .map(drop),
            Route::Servers => {
                let servers = Object::from_iter([(name.as_str(), Json::from(body.clone()))]);
                in_settings(Object::from_iter([("mcp_config", Json::from(servers))]))
            }
            Route::Outside => in_settings(body.clone()),
        }
    }
}

fn names(is_open: bool) -> Vec<String> {
    object(if is_open { OPEN } else { CLOSED }).names().map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn a_mask_is_never_stored_and_no_secret_is_lost(is_open in any::<bool>(), writes in vec(any_write(), 1..6)) {
        let (client, servers) = (Client::of(&document(is_open)), names(is_open));
        for write in &writes {
            let (before, text) = (stored(&client, &servers), client.text());
            let sent = Sent::of(&client, write, &servers);
            match sent.send(&client) {
                Err(ServiceError::Refused(_) | ServiceError::BoundSecrets(_)) => prop_assert_eq!(client.text(), text),
                Err(error) => prop_assert!(false, "{:?} {:?}", error, write),
                Ok(()) => {
                    prop_assert!(client.get("created", Exposure::Redacted).is_err(), "{:?}", write);
                    let after = stored(&client, &servers);
                    prop_assert_eq!(after.len(), before.len(), "{:?}", write);
                    for (place, secret) in &before {
                        let now = &after[place];
                        let is_right = now == secret || (!sent.new.is_empty() && *now == sent.new);
                        prop_assert!(is_right, "{}: {} became {} by {:?}", place, secret, now, write);
                    }
                }
            }
        }
    }

    #[test]
    fn without_reveal_a_mask_reveals_nothing_of_what_is_stored(is_open in any::<bool>(), write in any_write()) {
        let write = Write { who: Who::Writer, ..write };
        let (text, servers) = (document(is_open), names(is_open));
        let right = Client::of(&text);
        let sent = Sent::of(&right, &write, &servers);
        let outcome = |client: &Client| sent.send(client).map_err(|error| format!("{error:?}"));
        // The same body, where other secrets are stored.
        let wrong = Client::of(&text.replace("sEcret-", "0ther-cret-"));
        prop_assume!(sent.who == Who::Writer);
        prop_assert_eq!(outcome(&right), outcome(&wrong), "{:?}", write);
    }
}
