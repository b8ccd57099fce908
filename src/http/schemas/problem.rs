//! Problems: a schema for each type, made from the one list of types, and one for each status, in which
//! `type` says which it is.

use actix_web::http::StatusCode;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::api::{Fault, FaultKind, InstanceFault, Problem, StoredConfig};
use crate::http::problem_kind::ProblemKind;
use crate::json::{Json, Pointer};
use crate::openapi::Shape;
use crate::projection::EntityTag;
use crate::secrets::Scope;

/// The members that every problem has (RFC 9457).
const ALWAYS: [&str; 4] = ["type", "title", "status", "detail"];

/// Whether a member is in every problem of its type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Always,
    Sometimes,
}

/// The shape of a problem of this type.
pub(in crate::http) fn of_kind(kind: ProblemKind) -> Shape {
    Shape::named(name(kind), move |generator| schema(kind, generator))
}

/// The shape of a problem of this status where it can be one of these. A shape by status admits what other routes
/// answer; that of 429 was released with one type, so it is that of the type.
pub(in crate::http) fn of_status(status: StatusCode, own: &[ProblemKind]) -> Shape {
    if let ([kind], StatusCode::TOO_MANY_REQUESTS) = (own, status) {
        return of_kind(*kind);
    }
    let kinds = ProblemKind::ALL.into_iter().filter(move |kind| statuses(*kind).contains(&status.as_u16()));
    let kinds: Vec<ProblemKind> = kinds.collect();
    if let [kind] = kinds[..] {
        return of_kind(kind);
    }
    Shape::named(union_name(status), move |generator| union(status, &kinds, generator))
}

/// One plain type with every member that one of the kinds has, and under `if` what each is exactly. Not
/// `oneOf`: of its tags one generator makes members that come twice, and another decodes none. `type` is
/// open: a client must live with types of later versions. `status` is not, so that a client that tries the
/// shapes of a route one after the other finds the right one.
fn union(status: StatusCode, kinds: &[ProblemKind], generator: &mut SchemaGenerator) -> Value {
    let mut properties = Map::new();
    let mut exactly = json!({ "not": {} });
    for kind in kinds.iter().rev() {
        let own = schema(*kind, generator);
        properties.extend(own["properties"].as_object().cloned().unwrap_or_default());
        let reference = of_kind(*kind).schema(generator);
        let is_it = json!({ "type": { "const": kind.uri() } });
        exactly = json!({
            "if": { "properties": is_it, "additionalProperties": true },
            "then": reference,
            "else": exactly,
        });
    }
    properties.insert("type".to_owned(), json!({ "type": "string", "description": "Which problem it is." }));
    properties.insert("status".to_owned(), status_member(&[status.as_u16()]));
    exactly["type"] = json!("object");
    exactly["description"] =
        json!(format!("A problem of the status {}; `type` says which.", status.as_u16()));
    exactly["properties"] = Value::Object(properties);
    exactly["required"] = json!(ALWAYS);
    exactly["additionalProperties"] = json!(true);
    exactly
}

/// A problem of this type and status, shown.
pub(in crate::http) fn example(kind: ProblemKind, status: StatusCode) -> Value {
    let every = json!(with_every_member());
    let mut shown = json!({
        "type": kind.uri(),
        "title": kind.title(),
        "status": status.as_u16(),
        "detail": format!("{}.", kind.title()),
    });
    for (member, _) in members(kind) {
        shown[member] = every[member].clone();
    }
    shown
}

fn with_every_member() -> Problem {
    let current = [("command", Json::string("issues-mcp")), ("env", masked("API_KEY"))];
    Problem {
        error_id: Some("9f86d081884c7d65".to_owned()),
        required_scope: Some(Scope::Write),
        header: Some("If-Match".into()),
        parameter: Some("dry_run".to_owned()),
        operation: Some(0),
        errors: Some(vec![Fault {
            pointer: Pointer::root().member("env").member("API_KEY"),
            message: "must be a string".to_owned(),
            ..Fault::default()
        }]),
        current_etag: EntityTag::parse("\"5d7e1b9c20f34a68b1d2c3e4f5061728\""),
        current: Some(StoredConfig::new(&Json::Object(current.into_iter().collect()))),
        changed: Some(vec![Pointer::root().member("command")]),
        etag_altered: Some(true),
        outcome: Some("unknown".into()),
        fault: Some(InstanceFault {
            kind: FaultKind::Exited,
            message: "exited with status 3".to_owned(),
            detail: None,
        }),
        ..Problem::default()
    }
}

fn masked(name: &str) -> Json {
    Json::Object([(name, Json::string("[REDACTED]"))].into_iter().collect())
}

/// Every status that problems of this type come with.
fn statuses(kind: ProblemKind) -> Vec<u16> {
    let further = match kind {
        // A write to it is a conflict with its state, and so is one to a collection that is not there.
        ProblemKind::DocumentUnreadable => Some(409),
        ProblemKind::NoMcpServers => Some(404),
        // A name may be in a body too.
        ProblemKind::InvalidName => Some(422),
        // As OpenHands' clients know it from a patch that holds nothing.
        ProblemKind::MalformedBody => Some(400),
        // What does not answer in time.
        ProblemKind::ServerFault => Some(504),
        _ => None,
    };
    let mut statuses: Vec<u16> = further.into_iter().chain([kind.status().as_u16()]).collect();
    statuses.sort_unstable();
    statuses
}

fn schema(kind: ProblemKind, generator: &mut SchemaGenerator) -> Value {
    let all = Problem::json_schema(generator).to_value();
    let mut properties = json!({
        "type": { "type": "string", "const": kind.uri(), "x-enum-varnames": [name(kind)] },
        "title": all["properties"]["title"],
        "status": status_member(&statuses(kind)),
        "detail": all["properties"]["detail"],
    });
    let mut required = ALWAYS.to_vec();
    for (member, presence) in members(kind) {
        properties[member] = all["properties"][member].clone();
        if presence == Presence::Always {
            required.push(member);
        }
    }
    json!({
        "type": "object",
        "description": format!("{}. {}", kind.title(), kind.advice()),
        "properties": properties,
        "required": required,
        "additionalProperties": true,
    })
}

fn status_member(statuses: &[u16]) -> Value {
    let mut member = json!({ "type": "integer", "description": "The status of the answer." });
    match statuses {
        [only] => member["const"] = json!(only),
        several => member["enum"] = json!(several),
    }
    member
}

/// Which members a problem of this type has beside those that all have.
fn members(kind: ProblemKind) -> Vec<(&'static str, Presence)> {
    use Presence::{Always, Sometimes};
    use ProblemKind as K;
    let own: &[_] = match kind {
        K::InsufficientScope => &[("required_scope", Always)],
        K::InvalidHeader => &[("header", Always)],
        K::InvalidQuery => &[("parameter", Sometimes)],
        K::PatchConflict => &[("operation", Always), ("errors", Always)],
        K::MalformedServer
        | K::MalformedSettings
        | K::UnnamedLoss
        | K::UnrestorableMask
        | K::ForeignToken
        | K::BoundSecret
        | K::SecretUnreadable
        | K::UnreadableText
        | K::ImportRefused
        | K::ChoiceNeeded => &[("errors", Always)],
        // What is wrong in no one place of a body: a result that is too large, a name in a path.
        K::InvalidConfig | K::InvalidName | K::MalformedBody | K::NameTaken => &[("errors", Sometimes)],
        K::PreconditionFailed => &[
            ("current_etag", Sometimes),
            ("current", Sometimes),
            ("changed", Sometimes),
            ("etag_altered", Sometimes),
            ("errors", Sometimes),
        ],
        K::OutcomeUnknown => &[("outcome", Always)],
        K::InstanceFailed | K::ServerFault => &[("fault", Always)],
        K::NotRunnable => &[("fault", Sometimes)],
        _ => &[],
    };
    let error_id = kind.status().is_server_error().then(|| {
        let is_always = statuses(kind).iter().all(|status| 500 <= *status);
        ("error_id", if is_always { Always } else { Sometimes })
    });
    own.iter().copied().chain(error_id).collect()
}

/// `bound-secret` is `BoundSecretProblem`.
fn name(kind: ProblemKind) -> String {
    let words = kind.slug().split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    words.chain(["Problem".to_owned()]).collect()
}

fn union_name(status: StatusCode) -> String {
    let word = match status.as_u16() {
        400 => "BadRequest",
        403 => "Forbidden",
        404 => "Missing",
        409 => "Conflict",
        422 => "Unprocessable",
        503 => "Unavailable",
        _ => return format!("Problem{}", status.as_u16()),
    };
    format!("{word}Problem")
}
