//! The OpenAPI document, made of the route table.

use serde_json::{Value, json};

use crate::openapi::{Api, Tag, assemble};

use super::routes;
use super::static_content::Published;

const DESCRIPTION: &str = "Owns the configurations of MCP servers: each one a resource with an ETag, over a locked and encrypted \
settings file.\n\nRead a server, and send its `etag` back as `If-Match` when you write: of two who changed the same state, one is \
answered 412 with what is needed to merge. Secrets are masked unless they are asked for; a mask that is sent back keeps what is stored.\n\n\
Each `GET` answers `HEAD` too. Every error but those below `/v1` is a problem of RFC 9457: its `type` says which, and the \
examples of a response list those that it can be.";

/// The OpenAPI document.
pub fn openapi_document() -> Value {
    let tag = |name, description| Tag { name, description };
    let api = Api {
        info: json!({
            "title": "mcp-settings",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The configurations of MCP servers, as resources",
            "description": DESCRIPTION,
            "license": { "name": "Apache License 2.0", "identifier": env!("CARGO_PKG_LICENSE") },
        }),
        servers: json!([{ "url": "http://127.0.0.1:8710", "description": "The default address" }]),
        tags: vec![
            tag("mcp-servers", "The servers and their configurations."),
            tag(
                "openhands",
                "The settings as clients of the OpenHands agent-server know them, over the same store.",
            ),
            tag(
                "registration",
                "Registration at run time, as clients of lightspeed-stack know it, over the same store.",
            ),
            tag("events", "What changes, as it changes."),
            tag("session", "Keys for the page."),
            tag("service", "How the service is."),
            tag("documentation", "Documents about the API."),
        ],
        security_schemes: json!({
            "apiKey": {
                "type": "apiKey", "in": "header", "name": "X-Session-API-Key",
                "description": "An API key. Its scopes are `read`, `write`, `reveal`, `use`, `run` and `admin`.",
            },
            "bearer": { "type": "http", "scheme": "bearer", "description": "The same key as a bearer token." },
        }),
        operations: routes::described(),
    };
    assemble(&api).expect("the test of the checked-in document assembles it")
}

/// The OpenAPI document of a service that is reached at this URL, or at this path of any host.
pub(super) fn openapi(address: Option<String>) -> Published {
    let mut document = openapi_document();
    if let Some(url) = address {
        document["servers"] = json!([{ "url": url }]);
    }
    Published::new(&document)
}
