//! Problems: a schema for each type, made from the one list of types, and one for each status, in which
//! `type` tells which it is.

use actix_web::http::StatusCode;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::http::problem_kind::ProblemKind;
use crate::openapi::Shape;

use super::server::StoredConfig;
use super::service::Scope;

/// The members that every problem has (RFC 9457).
const ALWAYS: [&str; 4] = ["type", "title", "status", "detail"];

/// A member that only some problems have.
struct Member {
    name: &'static str,
    description: &'static str,
    shape: Shape,
    is_required: bool,
    example: Value,
}

/// One thing that is wrong with a body or a stored server.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "a type that is described, and never made")]
struct Fault {
    /// Where: a JSON Pointer.
    pointer: String,
    /// What; never a value.
    message: String,
}

/// The shape of a problem of this type.
pub(in crate::http) fn of_kind(kind: ProblemKind) -> Shape {
    Shape::named(name(kind), move |generator| schema(kind, generator))
}

/// The shape of any problem of this status.
pub(in crate::http) fn of_status(status: StatusCode) -> Shape {
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
        let is_it = json!({ "type": { "const": uri(*kind) } });
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
        json!(format!("A problem of the status {}; `type` tells which.", status.as_u16()));
    exactly["properties"] = Value::Object(properties);
    exactly["required"] = json!(ALWAYS);
    exactly["additionalProperties"] = json!(true);
    exactly
}

/// A problem of this type and status, shown.
pub(in crate::http) fn example(kind: ProblemKind, status: StatusCode) -> Value {
    let mut shown = json!({
        "type": uri(kind),
        "title": kind.title(),
        "status": status.as_u16(),
        "detail": format!("{}.", kind.title()),
    });
    for member in members(kind) {
        shown[member.name] = member.example;
    }
    shown
}

/// Every status that problems of this type come with.
fn statuses(kind: ProblemKind) -> Vec<u16> {
    let further = match kind {
        // A write to it is a conflict with its state, and so is one to a collection that is not there.
        ProblemKind::DocumentUnreadable => Some(409),
        ProblemKind::NoMcpServers => Some(404),
        // A name may stand in a body too.
        ProblemKind::InvalidName => Some(422),
        // As OpenHands' clients know it from a patch that holds nothing.
        ProblemKind::MalformedBody => Some(400),
        _ => None,
    };
    let mut statuses: Vec<u16> = further.into_iter().chain([kind.status().as_u16()]).collect();
    statuses.sort_unstable();
    statuses
}

fn schema(kind: ProblemKind, generator: &mut SchemaGenerator) -> Value {
    let mut properties = json!({
        "type": { "type": "string", "const": uri(kind), "x-enum-varnames": [name(kind)] },
        "title": { "type": "string", "description": "What the type is called." },
        "status": status_member(&statuses(kind)),
        "detail": { "type": "string", "description": "What happened here." },
    });
    let mut required = ALWAYS.to_vec();
    for member in members(kind) {
        let mut schema = member.shape.schema(generator);
        schema["description"] = json!(member.description);
        properties[member.name] = schema;
        if member.is_required {
            required.push(member.name);
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

fn members(kind: ProblemKind) -> Vec<Member> {
    use ProblemKind as K;
    let own = match kind {
        K::InsufficientScope => {
            vec![Member::of::<Scope>("required_scope", "The scope that is missing.", json!("write"))]
        }
        K::InvalidHeader => {
            vec![Member::of::<String>("header", "The header that can't be parsed.", json!("If-Match"))]
        }
        K::InvalidQuery => {
            let description = "The parameter, where it looks like the name of one.";
            vec![Member::of::<String>("parameter", description, json!("dry_run")).optional()]
        }
        K::PatchConflict => {
            let description = "The index of the operation.";
            vec![Member::of::<u32>("operation", description, json!(0)), errors()]
        }
        K::MalformedServer
        | K::MalformedSettings
        | K::UnnamedLoss
        | K::UnrestorableMask
        | K::ForeignToken
        | K::BoundSecret
        | K::SecretUnreadable => vec![errors()],
        // What is wrong in no one place of a body: a result that is too large, a name in a path.
        K::InvalidConfig | K::InvalidName | K::MalformedBody | K::NameTaken => vec![errors().optional()],
        K::PreconditionFailed => of_a_conflict(),
        K::OutcomeUnknown => {
            let shape = Shape::inline(json!({ "type": "string", "const": "unknown" }));
            let member = Member::of::<String>("outcome", "Always this word.", json!("unknown"));
            vec![Member { shape, ..member }]
        }
        _ => Vec::new(),
    };
    let error_id = kind.status().is_server_error().then(|| {
        let description = "The log tells the cause under this id.";
        let member = Member::of::<String>("error_id", description, json!("9f86d081884c7d65"));
        let is_always = statuses(kind).iter().all(|status| 500 <= *status);
        if is_always { member } else { member.optional() }
    });
    own.into_iter().chain(error_id).collect()
}

fn of_a_conflict() -> Vec<Member> {
    let tag = "The current tag, as in the header `ETag`; absent where there is no such server.";
    let changed = "JSON Pointers at which the request and the current state differ; on PUT and PATCH.";
    let altered =
        "True where `If-Match` has the current tag, altered on its way, as a proxy does that compresses.";
    let current = json!({ "command": "issues-mcp", "env": { "API_KEY": "[REDACTED]" } });
    vec![
        Member::of::<String>("current_etag", tag, json!("\"5d7e1b9c20f34a68b1d2c3e4f5061728\"")).optional(),
        Member::of::<StoredConfig>("current", "The current configuration, redacted; not on reads.", current)
            .optional(),
        Member::of::<Vec<String>>("changed", changed, json!(["/command"])).optional(),
        Member::of::<bool>("etag_altered", altered, json!(true)).optional(),
    ]
}

fn errors() -> Member {
    let example = json!([{ "pointer": "/env/API_KEY", "message": "must be a string" }]);
    Member::of::<Vec<Fault>>("errors", "What is wrong, and where.", example)
}

impl Member {
    /// One that is always there.
    fn of<T: JsonSchema>(name: &'static str, description: &'static str, example: Value) -> Self {
        Self { name, description, shape: Shape::of::<T>(), is_required: true, example }
    }

    fn optional(self) -> Self {
        Self { is_required: false, ..self }
    }
}

fn uri(kind: ProblemKind) -> String {
    format!("/problems/{}", kind.slug())
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
