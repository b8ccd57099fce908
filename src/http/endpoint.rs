//! What every request goes through before its handler, in the order of DESIGN §3: key, scope, content
//! type, size, headers, query, body, name. And what it leaves behind: one audit event.

use std::cell::RefCell;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{BytesMut, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::FutureExt;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::api::to_bytes;
use crate::events::Position;
use crate::json::Object;
use crate::model::{ServerName, SettingsKey};
use crate::projection::{EntityTag, Precondition, Verdict};
use crate::registry::RegistryName;
use crate::secrets::{Exposure, Scope};
use crate::service::access::Caller;
use crate::service::audit::{self, Action};
use crate::service::{ServerWrite, Service, ServiceError, Write, Written, WrittenServer};

use super::App;
use super::authentication::{caller, require};
use super::body::TextOrObject;
use super::connection::Exchange;
use super::error_form::ErrorForm;
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::query::{Parameter, Query};
use super::{body, error_mapping, headers, prefer, request_id};

/// What a handler gives back.
pub(super) type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, Problem>>>>;

/// A handler: reads the call, asks the service, answers. Its kind says what it takes beside the call: what the segment
/// of its path is that varies, and its body.
#[derive(Clone, Copy)]
pub(super) enum Handler {
    /// Nothing else.
    Plain(fn(Call) -> Answer),
    /// An object.
    Body(fn(Call, Object) -> Answer),
    /// Any text, or an object.
    Text(fn(Call, TextOrObject) -> Answer),
    /// Bytes, which it reads itself.
    Bytes(fn(Call, BytesMut) -> Answer),
    /// Where in the stream the reader was.
    Stream(fn(Call, Option<Position>) -> Answer),
    /// A word that it looks up.
    Word(fn(Call, String) -> Answer),
    /// The name of an entry of the catalog, as it was sent.
    Entry(fn(Call, String) -> Answer),
    /// A server's name.
    Server(fn(Call, ServerName) -> Answer),
    /// A server's name, and an object.
    ServerBody(fn(Call, ServerName, Object) -> Answer),
    /// A server's name, and a patch of either kind.
    ServerPatch(fn(Call, ServerName, ServerWrite) -> Answer),
    /// The name of a server as a file may have it.
    Stored(fn(Call, SettingsKey) -> Answer),
    /// The same, and an object.
    StoredBody(fn(Call, SettingsKey, Object) -> Answer),
    /// The same, and between them the word of the path's second segment that varies.
    StoredWordBody(fn(Call, SettingsKey, String, Object) -> Answer),
}

impl Handler {
    /// Whether it takes a body.
    pub(super) fn has_body(self) -> bool {
        match self {
            Self::Body(_)
            | Self::Text(_)
            | Self::Bytes(_)
            | Self::ServerBody(_)
            | Self::ServerPatch(_)
            | Self::StoredBody(_)
            | Self::StoredWordBody(_) => true,
            Self::Plain(_)
            | Self::Stream(_)
            | Self::Word(_)
            | Self::Entry(_)
            | Self::Server(_)
            | Self::Stored(_) => false,
        }
    }
}

/// The same where nothing of it outlives the moment, so that nothing keeps it.
pub(super) fn momentary_response(body: &impl Serialize) -> HttpResponse {
    let mut response = json_response(body);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer of status 200 with this body.
pub(super) fn json_response(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(to_bytes(body))
}

/// What a route needs of a request.
#[derive(Clone, Copy)]
pub(super) struct Endpoint {
    /// Who may ask.
    pub admission: Admission,
    /// The media types of its body; none where it has none.
    pub body: &'static [&'static str],
    /// The largest body that it takes. Bytes.
    pub largest_body: usize,
    /// The parameters that its query may have.
    pub query: &'static [Parameter],
    /// What is audited, whatever comes of it.
    pub action: Option<Action>,
    /// Whether it is answered under conditions (RFC 9110 §13). Elsewhere they are only checked for their form.
    pub takes_conditions: bool,
    /// The handler.
    pub handler: Handler,
}

/// Who may ask for something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// Every caller: no key is asked for.
    Anyone,
    /// Every holder of a key, whatever it allows.
    AnyKey,
    /// The holders of keys that allow this.
    Scope(Scope),
}

impl Endpoint {
    /// Whether its answer may show secrets. What does something shows none, whatever a request asks for.
    fn is_reading(&self) -> bool {
        self.action.is_none() && {
            let admissions = [Scope::Read, Scope::Run].map(Admission::Scope);
            self.admission == Admission::AnyKey || admissions.contains(&self.admission)
        }
    }
}

impl Admission {
    fn is_writing(self) -> bool {
        self == Self::Scope(Scope::Write)
    }
}

/// A request that has passed all checks that need no state.
pub(super) struct Call {
    /// The service and its settings.
    pub app: Data<App>,
    /// `GET`, `HEAD`, …
    pub method: Method,
    /// Who calls.
    pub caller: Caller,
    /// Under which condition.
    pub precondition: Precondition,
    /// How much of the secrets is asked for.
    pub exposure: Exposure,
    /// What the query asks for.
    pub query: Query,
    /// Whether an answer without a body is preferred.
    pub prefers_minimal: bool,
    /// Whether the answer may be compressed by gzip, where it is for everyone.
    pub takes_gzip: bool,
    /// What the audit event will say.
    pub trail: AuditTrail,
    /// The connection that the request came over.
    pub connection: Option<Exchange>,
}

/// The status in the audit of what was given up since its client had gone. No client sees it.
const CLIENT_GONE: u16 = 499;

/// How many of the servers that one request writes have an audit event of their own, with their tags.
const MOST_EVENTS: usize = 256;

/// How many of the others share one: as many names as one event can list in full, however long they are.
const NAMES_PER_EVENT: usize = 8;

/// What is known of a request for its audit event, filled in as it becomes known.
#[derive(Clone, Default)]
pub(super) struct AuditTrail(Rc<RefCell<AuditFacts>>);

#[derive(Default)]
struct AuditFacts {
    action: Option<Action>,
    /// The name of the caller.
    caller: Option<Arc<str>>,
    server: Option<SettingsKey>,
    /// The names that a request has which may be about several servers.
    named: Vec<SettingsKey>,
    /// The servers that it wrote.
    written: Vec<WrittenServer>,
    /// Whether it is about something beside servers.
    is_about_more: bool,
    new_name: Option<ServerName>,
    is_dry_run: bool,
    before: Option<EntityTag>,
    after: Option<EntityTag>,
}

impl AuditTrail {
    /// Which server the request is about, where its path does not say so.
    pub(super) fn server(&self, key: &SettingsKey) {
        self.0.borrow_mut().server = Some(key.clone());
    }

    /// Which servers the request names, where it may be about several.
    pub(super) fn servers<'a>(&self, names: impl Iterator<Item = &'a str>) {
        self.0.borrow_mut().named = names.map(SettingsKey::new).collect();
    }

    /// That the answer shows secrets in clear.
    pub(super) fn reveals(&self) {
        self.0.borrow_mut().action = Some(Action::Reveal(Exposure::Plaintext));
    }

    /// That the request is about something beside servers.
    pub(super) fn more(&self) {
        self.0.borrow_mut().is_about_more = true;
    }

    /// Which of them it has written.
    pub(super) fn written(&self, servers: &[WrittenServer]) {
        self.0.borrow_mut().written = servers.to_vec();
    }

    /// Which tags the server had before and has after.
    pub(super) fn tags(&self, before: Option<&EntityTag>, after: Option<&EntityTag>) {
        let mut facts = self.0.borrow_mut();
        if facts.action.is_some() {
            facts.before = before.cloned();
            facts.after = after.cloned();
        }
    }

    /// Which name the server, or its copy, is to get.
    pub(super) fn new_name(&self, name: &ServerName) {
        self.0.borrow_mut().new_name = Some(name.clone());
    }
}

impl Call {
    /// A write of this server, by the caller and under the condition of the request.
    pub(super) fn write(&self, key: SettingsKey) -> Write {
        Write { key, precondition: self.precondition.clone(), caller: self.caller.clone() }
    }

    /// The name of the server in the path, for texts; empty if the path has none.
    pub(super) fn subject(&self) -> String {
        let facts = self.trail.0.borrow();
        facts.server.as_ref().map_or("", SettingsKey::as_str).to_owned()
    }

    /// The service.
    pub(super) fn service(&self) -> &Service {
        &self.app.service
    }

    /// What a client calls one of our paths.
    pub(super) fn url(&self, path: &str) -> String {
        [self.app.public.base(), path].concat()
    }

    /// That the request has no condition: one that is not honoured may have been meant to hold something back.
    pub(super) fn unconditional(&self, why: &'static str) -> Result<(), Problem> {
        if self.precondition.is_absent() {
            return Ok(());
        }
        let name = if self.precondition.if_match.is_absent() { "If-None-Match" } else { "If-Match" };
        Err(Problem::of_header(name, why))
    }

    /// What this comes to, which is given up where the client goes away first. It must not write anything.
    pub(super) async fn while_awaited(
        &self,
        work: impl Future<Output = Result<HttpResponse, Problem>>,
    ) -> Result<HttpResponse, Problem> {
        let Some(connection) = &self.connection else { return work.await };
        tokio::select! {
            biased;
            answer = work => answer,
            () = connection.client_gone() => {
                Ok(HttpResponse::new(StatusCode::from_u16(CLIENT_GONE).unwrap_or_default()))
            }
        }
    }

    /// Who the request has turned out to come from, where no key was asked for.
    pub(super) fn known(&self, caller: &str) {
        self.trail.0.borrow_mut().caller = Some(caller.into());
    }

    /// Notes for the audit what a write has done; a dry run leaves the tag as it was.
    pub(super) fn note(&self, written: &Written) {
        let after = if self.query.is_dry_run { &written.before } else { &written.after };
        self.trail.tags(written.before.as_ref(), after.as_ref());
    }

    /// The problem that a failed use-case is for this call.
    pub(super) fn failed(&self, error: ServiceError) -> Problem {
        let mut is_altered = false;
        if let ServiceError::PreconditionFailed(conflict) = &error {
            let current = conflict.current_tag.as_ref();
            self.trail.tags(current, current);
            is_altered = conflict.verdict == Verdict::IfMatchFailed
                && current.is_some_and(|tag| self.precondition.if_match.names_altered(tag));
        }
        let problem = error_mapping::problem(error, &self.method, &self.subject());
        if is_altered { error_mapping::under_altered_tag(problem) } else { problem }
    }
}

/// Runs one request. What is audited runs in a task of its own: where the client goes away, its future is
/// dropped half way, but the change may be made by then.
pub(super) async fn run(
    endpoint: &'static Endpoint,
    places: &'static [usize],
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> HttpResponse {
    if endpoint.action.is_none() {
        return run_through(endpoint, places, request, payload, app).await;
    }
    let form = ErrorForm::of(request.match_info().as_str());
    let task = actix_web::rt::spawn(run_through(endpoint, places, request, payload, app));
    let failed = |error: String| Problem::of_ours(ProblemKind::Internal, error).respond("", form);
    task.await.unwrap_or_else(|error| failed(error.to_string()))
}

async fn run_through(
    endpoint: &Endpoint,
    places: &[usize],
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
) -> HttpResponse {
    let trail = AuditTrail::default();
    trail.0.borrow_mut().action = endpoint.action;
    let answer = async { check(endpoint, places, &request, payload, app, trail.clone()).await?.await };
    // A panic would end the connection without an answer.
    let result = AssertUnwindSafe(answer).catch_unwind().await;
    let result =
        result.unwrap_or_else(|_| Err(Problem::of_ours(ProblemKind::Internal, "a handler panicked")));
    let request_id = request_id::of(&request);
    let slug = result.as_ref().err().map(|problem| problem.kind().slug());
    let form = ErrorForm::of(request.match_info().as_str());
    let response = result.unwrap_or_else(|problem| problem.respond(&request_id, form));
    record(&trail, &request, &response, &request_id, slug);
    response
}

async fn check(
    endpoint: &Endpoint,
    places: &[usize],
    request: &HttpRequest,
    payload: Payload,
    app: Data<App>,
    trail: AuditTrail,
) -> Result<Answer, Problem> {
    let raw = places.first().and_then(|place| request.uri().path().split('/').nth(*place));
    let raw = percent_decode_str(raw.unwrap_or_default());
    let name = || raw.clone().decode_utf8_lossy().parse::<ServerName>();
    // Any text is a name here; but what is not UTF-8 is no text.
    let key = || raw.clone().decode_utf8().map(|text| SettingsKey::new(&text));
    trail.0.borrow_mut().server = match endpoint.handler {
        Handler::Server(_) | Handler::ServerBody(_) | Handler::ServerPatch(_) => {
            name().ok().map(|name| name.key().clone())
        }
        Handler::Stored(_) | Handler::StoredBody(_) | Handler::StoredWordBody(_) => key().ok(),
        Handler::Plain(_)
        | Handler::Body(_)
        | Handler::Text(_)
        | Handler::Bytes(_)
        | Handler::Stream(_)
        | Handler::Word(_)
        | Handler::Entry(_) => None,
    };
    let head = request.headers();
    let exposure = headers::exposure(head, matches!(endpoint.handler, Handler::Server(_)));
    if let (true, Ok(exposure @ (Exposure::Encrypted | Exposure::Plaintext))) =
        (endpoint.is_reading(), &exposure)
    {
        trail.0.borrow_mut().action = Some(Action::Reveal(*exposure));
    }
    let query = Query::parse(request.uri().query(), endpoint.query);
    trail.0.borrow_mut().is_dry_run = query.as_ref().is_ok_and(|query| query.is_dry_run);
    if let (Handler::Entry(_), Ok(query)) = (endpoint.handler, &query) {
        let entry = RegistryName::parse(&raw.clone().decode_utf8_lossy()).ok();
        trail.0.borrow_mut().server = entry.map(|name| query.scope.key(&name));
    }
    let caller = match endpoint.admission {
        Admission::Anyone => Caller::anyone(),
        Admission::AnyKey | Admission::Scope(_) => {
            let caller = caller(&app.authentication, head).await?;
            trail.0.borrow_mut().caller = Some(Arc::clone(&caller.name));
            caller
        }
    };
    if let Admission::Scope(scope) = endpoint.admission {
        require(&caller, scope)?;
    }
    if endpoint.is_reading() && exposure.as_ref().is_ok_and(|exposure| exposure.reveals()) {
        require(&caller, Scope::Reveal)?;
    }
    let announced = if !endpoint.handler.has_body() {
        None
    } else {
        let media_type =
            body::media_type(head, endpoint.body).map_err(|problem| match *request.method() {
                // RFC 5789 §2.2
                Method::PATCH => problem.header(headers::ACCEPT_PATCH, endpoint.body.join(", ")),
                _ => problem,
            })?;
        Some((media_type, body::announced(head, endpoint.largest_body)?))
    };
    let precondition = headers::precondition(head, endpoint.admission.is_writing())?;
    let exposure = if endpoint.is_reading() { exposure? } else { Exposure::Redacted };
    let position = match endpoint.handler {
        Handler::Stream(_) => headers::last_event_id(head)?,
        _ => None,
    };
    let query = query?;
    let connection = request.conn_data::<Exchange>().cloned();
    // What follows from the head is answered before the client sends its body.
    let (bytes, media_type) = match announced {
        None => (BytesMut::new(), None),
        Some((media_type, announced)) => {
            (body::read(request, payload, announced, endpoint.largest_body).await?, media_type)
        }
    };
    let name = || name().map_err(|error| error_mapping::problem(error.into(), request.method(), ""));
    let key =
        || key().map_err(|_| Problem::new(ProblemKind::InvalidName, "The name in the path is not UTF-8."));
    let call = Call {
        app,
        method: request.method().clone(),
        caller,
        precondition,
        exposure,
        query,
        prefers_minimal: endpoint.admission.is_writing() && prefer::is_minimal(head),
        takes_gzip: endpoint.admission == Admission::Anyone && headers::takes_gzip(head),
        trail,
        connection,
    };
    Ok(match endpoint.handler {
        Handler::Plain(handle) => handle(call),
        Handler::Stream(handle) => handle(call, position),
        Handler::Word(handle) | Handler::Entry(handle) => handle(call, raw.decode_utf8_lossy().into_owned()),
        Handler::Body(handle) => handle(call, body::object(bytes)?),
        Handler::Text(handle) => handle(call, body::text_or_object(bytes, media_type)?),
        Handler::Bytes(handle) => handle(call, bytes),
        Handler::Server(handle) => handle(call, name()?),
        Handler::ServerBody(handle) => {
            let body = body::object(bytes)?;
            handle(call, name()?, body)
        }
        Handler::ServerPatch(handle) => {
            let patch = body::patch(bytes, media_type)?;
            handle(call, name()?, patch)
        }
        Handler::Stored(handle) => handle(call, key()?),
        Handler::StoredBody(handle) => {
            let body = body::object(bytes)?;
            handle(call, key()?, body)
        }
        Handler::StoredWordBody(handle) => {
            let body = body::object(bytes)?;
            let word = places.get(1).and_then(|place| request.uri().path().split('/').nth(*place));
            let word = percent_decode_str(word.unwrap_or_default()).decode_utf8();
            let word = word
                .map_err(|_| Problem::new(ProblemKind::InvalidName, "The name in the path is not UTF-8."))?;
            handle(call, key()?, word.into_owned(), body)
        }
    })
}

fn record(
    trail: &AuditTrail,
    request: &HttpRequest,
    response: &HttpResponse,
    request_id: &str,
    problem: Option<&str>,
) {
    let facts = trail.0.borrow();
    let Some(action) = facts.action else { return };
    let from = request.peer_addr().map(|address| address.to_string()).unwrap_or_default();
    let event = audit::Event {
        action,
        caller: facts.caller.as_deref(),
        server: facts.server.as_ref().map(SettingsKey::as_str),
        servers: None,
        new_name: facts.new_name.as_ref().map(ServerName::as_str),
        is_dry_run: facts.is_dry_run,
        before: facts.before.as_ref(),
        after: facts.after.as_ref(),
        from: &from,
        request_id,
        status: response.status().as_u16(),
        problem,
    };
    // What was written comes first, whatever else the request names.
    let (first, rest) = facts.written.split_at(facts.written.len().min(MOST_EVENTS));
    for WrittenServer { key, before, after } in first {
        audit::record(&audit::Event {
            server: Some(key.as_str()),
            before: before.as_ref(),
            after: after.as_ref(),
            ..event
        });
    }
    for servers in rest.chunks(NAMES_PER_EVENT) {
        let servers = audit::quoted(servers.iter().map(|server| server.key.as_str()));
        audit::record(&audit::Event { servers: servers.as_deref(), ..event });
    }
    let written: HashSet<&str> = facts.written.iter().map(|server| server.key.as_str()).collect();
    let others = facts.named.iter().map(SettingsKey::as_str).filter(|name| !written.contains(name));
    let others = audit::quoted(others);
    if written.is_empty() || others.is_some() || facts.is_about_more {
        audit::record(&audit::Event { servers: others.as_deref(), ..event });
    }
}
