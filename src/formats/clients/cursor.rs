//! Cursor: `mcp.json`, and LM Studio, which uses the same notation.

use crate::formats::client::{Client, Oauth, Scopes, USUAL};
use crate::formats::format::Format;
use crate::formats::plain::Plain;
use crate::formats::references::Form;
use crate::formats::scopes::ScopesShape;

pub(super) static CLIENT: Client = Client {
    format: Format::Cursor,
    cwd: &[],
    oauth: Some(Oauth {
        member: "auth",
        id: "CLIENT_ID",
        secret: Some("CLIENT_SECRET"),
        scopes: Scopes::inside("scopes", ScopesShape::List),
    }),
    plain: &[Plain::text(&["auth", "CLIENT_ID"]), Plain::text(&["auth", "scopes"])],
    forms: &[
        Form::EnvWord,
        Form::Predefined(&["userHome", "workspaceFolder", "workspaceFolderBasename", "pathSeparator", "/"]),
    ],
    ..USUAL
};

pub(super) static LM_STUDIO: Client = Client { format: Format::LmStudio, oauth: None, forms: &[], ..USUAL };
