//! The one route table: which path and method leads to which endpoint, and how it is described.

use std::sync::LazyLock;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use crate::openapi::Described;
use crate::secrets::Scope;
use crate::service::audit::Action;

use super::App;
use super::discovery as found;
use super::dynamic;
use super::endpoint::{Admission, Endpoint, Handler, run};
use super::error_form::ErrorForm;
use super::instances as live;
use super::operations::{Description, Row};
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::query::Parameter;
use super::testing;
use super::{
    approval, body, documentation, downstream, event_stream, export, headers, import, listing, mcp_servers,
    metrics, operations, origins, page, paths, policy, registry, rename_and_copy, request_id, session,
    settings, settings_patch, status,
};

const ITEM: &str = "/api/settings/mcp-servers/{name}";
const RENAME: &str = "/api/settings/mcp-servers/{name}/rename";
const COPY: &str = "/api/settings/mcp-servers/{name}/copy";
const SESSION: &str = "/api/session";
const LINKS: &str = "/api/session/links";
const SETTINGS: &str = "/api/settings";
const EVENTS: &str = "/api/settings/events";
const SETTINGS_ITEM: &str = "/api/settings/mcp/{settings_key}";
const SETTINGS_RENAME: &str = "/api/settings/mcp/{settings_key}/rename";
const APPROVAL: &str = "/api/instances/{name}/approval";
const POLICY: &str = "/api/instances/{name}/policy";
const INSTANCES: &str = "/api/instances";
const ORIGINS: &str = "/api/origins";
const INSTANCE: &str = "/api/instances/{name}";
const PROBE: &str = "/api/instances/{name}/probe";
const RESTART: &str = "/api/instances/{name}/restart";
const INSTANCE_LOG: &str = "/api/instances/{name}/log";
const CALL: &str = "/api/instances/{name}/tools/{tool}/call";
const TEST: &str = "/api/instances/test";
const TOOLS: &str = "/api/instances/{name}/tools";
const ACCEPTANCE: &str = "/api/instances/{name}/tools/acceptance";
const RESOURCES_OF: &str = "/api/instances/{name}/resources";
const PROMPTS: &str = "/api/instances/{name}/prompts";
const THEIR_TEST: &str = "/api/mcp/test";
const REGISTERED: &str = "/v1/mcp-servers";
const REGISTERED_ITEM: &str = "/v1/mcp-servers/{name}";
const CLIENT_OPTIONS: &str = "/v1/mcp-auth/client-options";
const CAPABILITIES: &str = "/registry/capabilities";
const ENTRIES: &str = paths::REGISTRY;
const ENTRY: &str = "/registry/mcp-servers/{entry}";
const VALIDATION: &str = "/registry/mcp-servers/{entry}/validate";
const GATEWAYS: &str = "/api/downstream";
const ADOPT: &str = "/api/downstream/adopt";
const DISOWN: &str = "/api/downstream/forget";
const IMPORT: &str = "/api/import";
const EXPORT: &str = "/api/export";
const PROBLEM: &str = "/problems/{type}";

const JSON: &[&str] = &["application/json"];
/// How a listing may be asked for.
const LISTING: &[Parameter] = &[Parameter::View, Parameter::Limit, Parameter::After];

/// How a text is imported, and how servers are exported.
const IMPORTING: &[Parameter] = &[Parameter::DryRun, Parameter::Format, Parameter::File];
const EXPORTING: &[Parameter] = &[Parameter::Format, Parameter::Names, Parameter::Secrets];

/// The bodies of an import.
const TEXT_OR_JSON: &[&str] = &["application/json", body::TEXT];

/// What every write of a server may be asked: to be tried only.
const DRY_RUN: &[Parameter] = &[Parameter::DryRun];

/// Which entries of the catalog are meant.
const SCOPED: &[Parameter] = &[Parameter::AgentScope];

const MERGE_PATCH: &[&str] = &["application/merge-patch+json", "application/json"];
const PATCHES: &[&str] = &["application/merge-patch+json", "application/json", body::JSON_PATCH];

/// One row of the table.
struct Route {
    path: &'static str,
    method: Method,
    /// None where the document does not tell of it.
    describe: Option<Describe>,
    endpoint: Endpoint,
}

/// What the OpenAPI document says of a route; called when the document is made.
type Describe = fn() -> Description;

/// What a path must be: this text, or text with segments between that are not empty.
enum Pattern {
    Exact(&'static str),
    /// The text before the first segment, and the text after each.
    Around(&'static str, Vec<&'static str>),
}

/// The routes of one path.
struct Resource {
    path: &'static str,
    pattern: Pattern,
    /// Which segments of the path vary, counted from its beginning.
    places: Vec<usize>,
    endpoints: Vec<(Method, Endpoint)>,
    /// The methods that it answers, as `Allow` lists them.
    allowed: String,
}

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(routes);

static RESOURCES: LazyLock<Vec<Resource>> = LazyLock::new(|| resources(&ROUTES));

/// Every route. A `GET` answers `HEAD` too.
fn routes() -> Vec<Route> {
    use operations::settings as theirs;
    use operations::{
        discovery, documentation as documents, downstream as gateways, dynamic as registered, events,
        exchange, instances, mcp_servers as servers, origins as origin_documents, registry as catalog,
        running, service, session as login,
    };
    let route = |method, path, describe: Describe, endpoint| Route {
        path,
        method,
        describe: Some(describe),
        endpoint,
    };
    let get = |path, describe, endpoint| route(Method::GET, path, describe, endpoint);
    let undescribed = |path, endpoint| Route { path, method: Method::GET, describe: None, endpoint };
    // What clients of OpenHands may ask for and never get is no part of our API.
    let refused = |path, handler| undescribed(path, reading(Handler::Plain(handler)));
    let refused_post = |path| Route { method: Method::POST, ..refused(path, testing::oauth) };
    // The same for everybody, under a tag.
    let document = |handler| Endpoint { takes_conditions: true, ..open(handler) };
    let exchange = Endpoint {
        body: JSON,
        largest_body: session::LARGEST,
        action: Some(Action::Login),
        ..open(Handler::Body(session::exchange))
    };
    let sign_out = Endpoint { action: Some(Action::Logout), ..with_any_key(Handler::Plain(session::end)) };
    let link = Endpoint { admission: Admission::Scope(Scope::Admin), ..open(Handler::Plain(session::link)) };
    let link = Endpoint { action: Some(Action::Link), ..link };
    let follow = reading(Handler::Stream(event_stream::follow));
    let list = Endpoint { query: LISTING, takes_conditions: true, ..reading(Handler::Plain(listing::list)) };
    let read = Endpoint { takes_conditions: true, ..reading(Handler::Server(mcp_servers::read)) };
    let put = writing(Handler::ServerBody(mcp_servers::replace), Action::Replace, JSON);
    let patch = writing(Handler::ServerPatch(mcp_servers::patch), Action::Patch, PATCHES);
    let delete = writing(Handler::Server(mcp_servers::delete), Action::Delete, &[]);
    let rename = writing(Handler::ServerBody(rename_and_copy::rename), Action::Rename, JSON);
    let copy = writing(Handler::ServerBody(rename_and_copy::copy), Action::Copy, JSON);
    let rename_stored = writing(Handler::StoredBody(rename_and_copy::rename_stored), Action::Rename, JSON);
    let patch_all = writing(Handler::Body(settings_patch::patch), Action::PatchSettings, MERGE_PATCH);
    let patch_all = Endpoint { query: &[], takes_conditions: false, ..patch_all };
    let create_theirs = in_settings(Handler::StoredBody(settings::create), Action::Replace, JSON);
    let patch_theirs = in_settings(Handler::StoredBody(settings::patch), Action::Patch, MERGE_PATCH);
    let delete_theirs = in_settings(Handler::Stored(settings::delete), Action::Delete, &[]);
    let asking = |handler, action| Endpoint {
        admission: Admission::Scope(Scope::Write),
        action: Some(action),
        ..open(handler)
    };
    let probe = asking(Handler::Stored(live::probe), Action::Probe);
    let restart = asking(Handler::Stored(live::restart), Action::Restart);
    let read_log = Endpoint { query: &[Parameter::Follow], ..with_any_key(Handler::Stored(live::log)) };
    let call_tool = Endpoint {
        admission: Admission::Scope(Scope::Use),
        body: JSON,
        action: Some(Action::CallTool),
        ..open(Handler::StoredWordBody(live::call_tool))
    };
    let by_runner = |handler, action| Endpoint {
        admission: Admission::Scope(Scope::Run),
        action: Some(action),
        ..open(handler)
    };
    let show_launch =
        Endpoint { admission: Admission::Scope(Scope::Run), ..open(Handler::Stored(approval::read)) };
    let approve =
        Endpoint { body: JSON, ..by_runner(Handler::StoredBody(approval::approve), Action::Approve) };
    let accept =
        Endpoint { body: JSON, ..by_runner(Handler::StoredBody(found::accept), Action::AcceptTools) };
    let listing_of = |handler| Endpoint { query: &[Parameter::Refresh], ..reading(Handler::Stored(handler)) };
    let testing =
        |handler| Endpoint { body: JSON, action: Some(Action::Test), ..with_any_key(Handler::Body(handler)) };
    let (test, test_theirs) = (testing(testing::test), testing(testing::test_theirs));
    let withdraw = by_runner(Handler::Stored(approval::withdraw), Action::Withdraw);
    let show_policy = Endpoint { takes_conditions: true, ..reading(Handler::Stored(policy::read)) };
    let set_policy = |handler, body| Endpoint { query: &[], ..writing(handler, Action::SetPolicy, body) };
    let put_policy = set_policy(Handler::StoredBody(policy::replace), JSON);
    let patch_policy = set_policy(Handler::StoredBody(policy::patch), MERGE_PATCH);
    let delete_policy = set_policy(Handler::Stored(policy::delete), &[]);
    let register = registering(Handler::Bytes(dynamic::register), Action::Register, JSON);
    let deciding = |handler, action| registering(Handler::Body(handler), action, JSON);
    let adopt = deciding(downstream::adopt, Action::Adopt);
    let disown = deciding(downstream::forget, Action::Disown);
    let unregister = registering(Handler::Stored(dynamic::unregister), Action::Unregister, &[]);
    let in_scope = |endpoint| Endpoint { query: SCOPED, ..endpoint };
    let entries = Endpoint {
        query: &[Parameter::AgentScope, Parameter::Expand],
        ..reading(Handler::Plain(registry::list))
    };
    let entry = in_scope(reading(Handler::Entry(registry::read)));
    let validation = in_scope(reading(Handler::Entry(registry::validate)));
    let install =
        in_scope(Endpoint { body: JSON, ..asking(Handler::Body(registry::install), Action::Install) });
    let uninstall = in_scope(asking(Handler::Entry(registry::uninstall), Action::Uninstall));
    let import_text = writing(Handler::Text(import::import), Action::Import, TEXT_OR_JSON);
    let import_text = Endpoint {
        query: IMPORTING,
        takes_conditions: false,
        largest_body: body::LARGEST_IMPORT,
        ..import_text
    };
    let export_servers = Endpoint { query: EXPORTING, ..reading(Handler::Plain(export::export)) };
    vec![
        get("/", service::page, document(Handler::Plain(page::page))),
        // The files that the page loads are no part of the API.
        undescribed("/app.js", document(Handler::Plain(page::script))),
        undescribed("/editing.js", document(Handler::Plain(page::editing))),
        undescribed("/app.css", document(Handler::Plain(page::style))),
        undescribed("/favicon.svg", document(Handler::Plain(page::icon))),
        get(PROBLEM, documents::problem, open(Handler::Word(documentation::problem))),
        get("/openapi.json", documents::openapi, document(Handler::Plain(documentation::openapi))),
        get(
            "/schemas/mcp-server.json",
            documents::server_schema,
            document(Handler::Plain(documentation::server_schema)),
        ),
        get(
            "/schemas/mcp-servers.json",
            documents::servers_schema,
            document(Handler::Plain(documentation::servers_schema)),
        ),
        get("/health", service::health, open(Handler::Plain(status::health))),
        get("/alive", service::alive, open(Handler::Plain(status::health))),
        get("/ready", service::ready, open(Handler::Plain(status::ready))),
        get("/server_info", service::info, open(Handler::Plain(status::info))),
        get(paths::METRICS, service::metrics, reading(Handler::Plain(metrics::read))),
        get(SESSION, login::current, with_any_key(Handler::Plain(session::current))),
        route(Method::POST, SESSION, login::exchange, exchange),
        route(Method::DELETE, SESSION, login::end, sign_out),
        route(Method::POST, LINKS, login::link, link),
        get(paths::COLLECTION, servers::list, list),
        get(ITEM, servers::read, read),
        route(Method::PUT, ITEM, servers::replace, put),
        route(Method::PATCH, ITEM, servers::patch, patch),
        route(Method::DELETE, ITEM, servers::delete, delete),
        route(Method::POST, RENAME, servers::rename, rename),
        route(Method::POST, COPY, servers::copy, copy),
        route(Method::POST, IMPORT, exchange::import, import_text),
        get(EXPORT, exchange::export, export_servers),
        get(EVENTS, events::follow, follow),
        get(SETTINGS, theirs::read, reading(Handler::Plain(settings::read))),
        route(Method::PATCH, SETTINGS, theirs::patch_all, patch_all),
        refused("/api/settings/agent-schema", settings::schema),
        refused("/api/settings/conversation-schema", settings::schema),
        route(Method::POST, SETTINGS_ITEM, theirs::create, create_theirs),
        route(Method::PATCH, SETTINGS_ITEM, theirs::patch, patch_theirs),
        route(Method::DELETE, SETTINGS_ITEM, theirs::delete, delete_theirs),
        route(Method::POST, SETTINGS_RENAME, theirs::rename, rename_stored),
        get(ORIGINS, origin_documents::read, reading(Handler::Plain(origins::read))),
        get(INSTANCES, running::list, reading(Handler::Plain(live::list))),
        get(TEST, running::read_called_test, reading(Handler::Plain(live::read_called_test))),
        route(Method::POST, TEST, discovery::test, test),
        route(Method::POST, THEIR_TEST, discovery::test_theirs, test_theirs),
        refused_post("/api/mcp/oauth/start"),
        refused("/api/mcp/oauth/status/{job_id}", testing::oauth),
        refused_post("/api/mcp/oauth/callback/{job_id}"),
        get(INSTANCE, running::read, reading(Handler::Stored(live::read))),
        route(Method::POST, PROBE, running::probe, probe),
        route(Method::POST, RESTART, running::restart, restart),
        get(INSTANCE_LOG, running::log, read_log),
        get(TOOLS, discovery::tools, listing_of(found::tools)),
        get(RESOURCES_OF, discovery::resources, listing_of(found::resources)),
        get(PROMPTS, discovery::prompts, listing_of(found::prompts)),
        route(Method::POST, ACCEPTANCE, discovery::accept, accept),
        route(Method::POST, CALL, running::call_tool, call_tool),
        get(APPROVAL, instances::approval, show_launch),
        route(Method::POST, APPROVAL, instances::approve, approve),
        route(Method::DELETE, APPROVAL, instances::withdraw, withdraw),
        get(POLICY, instances::policy, show_policy),
        route(Method::PUT, POLICY, instances::replace_policy, put_policy),
        route(Method::PATCH, POLICY, instances::patch_policy, patch_policy),
        route(Method::DELETE, POLICY, instances::delete_policy, delete_policy),
        get(REGISTERED, registered::list, reading(Handler::Plain(dynamic::list))),
        route(Method::POST, REGISTERED, registered::register, register),
        route(Method::DELETE, REGISTERED_ITEM, registered::unregister, unregister),
        get(GATEWAYS, gateways::list, reading(Handler::Plain(downstream::list))),
        route(Method::POST, ADOPT, gateways::adopt, adopt),
        route(Method::POST, DISOWN, gateways::forget, disown),
        get(CLIENT_OPTIONS, registered::client_options, reading(Handler::Plain(dynamic::client_options))),
        get(CAPABILITIES, catalog::capabilities, reading(Handler::Plain(registry::capabilities))),
        get(ENTRIES, catalog::list, entries),
        route(Method::OPTIONS, ENTRIES, catalog::options, reading(Handler::Plain(registry::options))),
        route(Method::POST, ENTRIES, catalog::install, install),
        get(ENTRY, catalog::read, entry),
        route(Method::DELETE, ENTRY, catalog::uninstall, uninstall),
        get(VALIDATION, catalog::validate, validation),
    ]
}

/// Every route as the OpenAPI document describes it.
pub(super) fn described() -> Vec<Described> {
    let described = |route: &Route| {
        let operation = (route.describe?)().of_row(&route.row());
        Some(Described { path: route.path, method: route.method.to_string(), operation })
    };
    ROUTES.iter().filter_map(described).collect()
}

impl Route {
    fn row(&self) -> Row {
        let Endpoint { admission, handler, query, takes_conditions, .. } = self.endpoint;
        Row {
            is_keyed: admission != Admission::Anyone,
            is_probe: is_for_any_host(self.path),
            has_body: handler.has_body(),
            takes_conditions,
            has_dry_run: query.contains(&Parameter::DryRun),
            form: ErrorForm::of(self.path),
        }
    }
}

fn open(handler: Handler) -> Endpoint {
    Endpoint {
        admission: Admission::Anyone,
        body: &[],
        largest_body: body::LARGEST,
        query: &[],
        action: None,
        takes_conditions: false,
        handler,
    }
}

fn with_any_key(handler: Handler) -> Endpoint {
    Endpoint { admission: Admission::AnyKey, ..open(handler) }
}

fn reading(handler: Handler) -> Endpoint {
    Endpoint { admission: Admission::Scope(Scope::Read), ..open(handler) }
}

fn writing(handler: Handler, action: Action, body: &'static [&'static str]) -> Endpoint {
    Endpoint {
        admission: Admission::Scope(Scope::Write),
        body,
        query: DRY_RUN,
        action: Some(action),
        takes_conditions: true,
        ..open(handler)
    }
}

fn in_settings(handler: Handler, action: Action, body: &'static [&'static str]) -> Endpoint {
    Endpoint { query: &[], ..writing(handler, action, body) }
}

/// A registration takes no conditions: its clients know none.
fn registering(handler: Handler, action: Action, body: &'static [&'static str]) -> Endpoint {
    Endpoint { takes_conditions: false, ..in_settings(handler, action, body) }
}

/// Puts the table into an actix application. Paths are matched here: actix would run one regular
/// expression for each pattern and request, which cost more than everything else that a read does.
pub(super) fn configure(config: &mut ServiceConfig) {
    config.default_service(web::to(dispatch));
}

fn resources(routes: &[Route]) -> Vec<Resource> {
    let mut resources: Vec<Resource> = Vec::new();
    for Route { path, method, endpoint, .. } in routes {
        let at = resources.iter().position(|resource| resource.path == *path).unwrap_or_else(|| {
            resources.push(Resource::new(path));
            resources.len() - 1
        });
        let endpoints = &mut resources[at].endpoints;
        endpoints.push((method.clone(), *endpoint));
        if method == Method::GET {
            endpoints.push((Method::HEAD, *endpoint));
        }
        let methods: Vec<&str> = endpoints.iter().map(|(method, _)| method.as_str()).collect();
        resources[at].allowed = methods.join(", ");
    }
    resources
}

async fn dispatch(request: HttpRequest, payload: Payload, app: Data<App>) -> HttpResponse {
    // Decoded by actix, but for what is a delimiter.
    let Some(resource) = find(request.match_info().as_str()) else {
        return not_found(&request, &app);
    };
    request.extensions_mut().insert(paths::Template(resource.path));
    match resource.endpoint(request.method()) {
        Some(endpoint) => run(endpoint, &resource.places, request, payload, app).await,
        None => method_not_allowed(&request, resource),
    }
}

fn find(path: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|resource| resource.pattern.is_of(path))
}

impl Resource {
    fn new(path: &'static str) -> Self {
        let segments = path.split('/').enumerate();
        let places = segments.filter(|(_, segment)| segment.starts_with('{')).map(|(at, _)| at).collect();
        let (endpoints, allowed) = (Vec::new(), String::new());
        Self { path, pattern: Pattern::of(path), places, endpoints, allowed }
    }

    fn endpoint(&self, method: &Method) -> Option<&Endpoint> {
        self.endpoints.iter().find(|(own, _)| own == method).map(|(_, endpoint)| endpoint)
    }
}

impl Pattern {
    /// Reads a path of the table, in which each `{…}` is a segment.
    fn of(path: &'static str) -> Self {
        let mut texts = path.split('{');
        let first = texts.next().unwrap_or_default();
        let after = |text: &'static str| text.split_once('}').map_or(text, |(_, after)| after);
        let rest: Vec<_> = texts.map(after).collect();
        if rest.is_empty() { Self::Exact(path) } else { Self::Around(first, rest) }
    }

    fn is_of(&self, path: &str) -> bool {
        let (first, texts) = match self {
            Self::Exact(own) => return *own == path,
            Self::Around(first, texts) => (first, texts),
        };
        let behind = |rest: &'_ str, text: &str| {
            let end = rest.find('/').unwrap_or(rest.len());
            (0 < end).then_some(())?;
            rest[end..].strip_prefix(text).map(str::len)
        };
        let mut rest = path.strip_prefix(first);
        for text in texts {
            rest = rest.and_then(|rest| Some(&rest[rest.len() - behind(rest, text)?..]));
        }
        rest.is_some_and(str::is_empty)
    }
}

/// The pattern of the route that a path leads to, for logs and metrics: a path itself may hold anything.
pub(super) fn pattern(path: &str) -> &'static str {
    find(path).map_or(paths::NO_ROUTE, |resource| resource.path)
}

/// What a request is audited as, whatever comes of it.
pub(super) fn action(method: &Method, path: &str) -> Option<Action> {
    find(path)?.endpoint(method)?.action
}

/// Whether a path is answered under any host name: probes call by address.
pub(super) fn is_for_any_host(path: &str) -> bool {
    matches!(path, "/health" | "/alive" | "/ready")
}

fn method_not_allowed(request: &HttpRequest, resource: &Resource) -> HttpResponse {
    let mut problem = Problem::new(ProblemKind::MethodNotAllowed, "Method Not Allowed")
        .header(header::ALLOW, resource.allowed.clone());
    if let Some(patch) = resource.endpoint(&Method::PATCH) {
        problem = problem.header(headers::ACCEPT_PATCH, patch.body.join(", "));
    }
    problem.respond(&request_id::of(request), form_of(request))
}

/// Whether this is the first segment of a path of ours.
pub(super) fn begins_path_of_ours(segment: &str) -> bool {
    RESOURCES.iter().any(|resource| resource.path.split('/').nth(1) == Some(segment))
}

/// No route; a path of ours that ends in a slash is led to the one without, and the base path to the page.
fn not_found(request: &HttpRequest, app: &App) -> HttpResponse {
    let path = request.uri().path();
    if app.public.is_base(path) {
        return redirect(request, &format!("{path}/"));
    }
    match path.strip_suffix('/') {
        Some(target) if target.starts_with(paths::COLLECTION) || find(target).is_some() => {
            redirect(request, &format!("{}{target}", app.public.base()))
        }
        _ => Problem::new(ProblemKind::NotFound, "Not Found")
            .respond(&request_id::of(request), form_of(request)),
    }
}

fn form_of(request: &HttpRequest) -> ErrorForm {
    ErrorForm::of(request.match_info().as_str())
}

/// Leads to another path, with the same query.
fn redirect(request: &HttpRequest, path: &str) -> HttpResponse {
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    HttpResponse::build(StatusCode::TEMPORARY_REDIRECT)
        .insert_header((header::LOCATION, format!("{path}{query}")))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::Place;

    #[test]
    fn a_path_is_of_the_pattern_that_it_fills() {
        for (pattern, path, expected) in [
            ("/servers", "/servers", true),
            ("/servers", "/servers/", false),
            ("/servers", "/server", false),
            (ITEM, "/api/settings/mcp-servers/a", true),
            (ITEM, "/api/settings/mcp-servers/a%2Fb", true),
            (ITEM, "/api/settings/mcp-servers/", false),
            (ITEM, "/api/settings/mcp-servers", false),
            (ITEM, "/api/settings/mcp-servers/a/b", false),
            (ITEM, "/api/settings/mcp-servers/a/", false),
            (RENAME, "/api/settings/mcp-servers/a/rename", true),
            (RENAME, "/api/settings/mcp-servers//rename", false),
            (RENAME, "/api/settings/mcp-servers/rename", false),
            (RENAME, "/api/settings/mcp-servers/a/b/rename", false),
            ("/a/{b}/c/{d}", "/a/1/c/2", true),
            ("/a/{b}/c/{d}", "/a/1/c/", false),
            ("/a/{b}/c/{d}", "/a/1/c/2/", false),
            ("/a/{b}/c/{d}", "/a//c/2", false),
            ("/a/{b}/c/{d}", "/a/1/d/2", false),
            ("/a/{b}/{d}/e", "/a/1/2/e", true),
            ("/a/{b}/{d}/e", "/a/1//e", false),
        ] {
            assert_eq!(Pattern::of(pattern).is_of(path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn what_a_path_allows_is_what_its_routes_answer() {
        let allowed =
            |path: &str| RESOURCES.iter().find(|resource| resource.path == path).unwrap().allowed.as_str();
        assert_eq!(allowed(paths::COLLECTION), "GET, HEAD");
        assert_eq!(allowed(ITEM), "GET, HEAD, PUT, PATCH, DELETE");
        assert_eq!(allowed(RENAME), "POST");
        assert_eq!(allowed("/api/session"), "GET, HEAD, POST, DELETE");
    }

    #[test]
    fn what_a_row_takes_is_what_its_description_says() {
        for route in &*ROUTES {
            let Route { path, method, describe: Some(describe), endpoint } = route else { continue };
            let (operation, at) = (describe().of_row(&route.row()), format!("{method} {path}"));
            let sorted = |mut words: Vec<&'static str>| {
                words.sort_unstable();
                words
            };
            assert_eq!(endpoint.handler.has_body(), !endpoint.body.is_empty(), "{at}");
            let bodies = operation.request.iter().map(|body| body.media_type).collect();
            assert_eq!(sorted(bodies), sorted(endpoint.body.to_vec()), "{at}");
            let queries = operation.parameters.iter().filter(|parameter| parameter.place == Place::Query);
            let queries = queries.map(|parameter| parameter.name).collect();
            let taken = endpoint.query.iter().map(|parameter| parameter.name()).collect();
            assert_eq!(sorted(queries), sorted(taken), "{at}");
            let in_path = operation.parameters.iter().filter(|parameter| parameter.place == Place::Path);
            let in_path: Vec<String> = in_path.map(|parameter| format!("{{{}}}", parameter.name)).collect();
            let segments = path.split('/').filter(|segment| segment.starts_with('{'));
            assert_eq!(in_path, segments.collect::<Vec<_>>(), "{at}");
        }
    }
}
