//! Serves the files of the page to everybody: each in the coding that the client takes, under a tag of that coding.

use std::sync::LazyLock;

use actix_web::http::header;
use bytes::Bytes;

use crate::projection::{EntityTag, public_tag};
use crate::ui;

use super::endpoint::{Answer, Call};
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::static_content::{Content, under_condition};

/// A file, ready to be sent.
struct Ready {
    file: &'static ui::File,
    plain_tag: EntityTag,
    gzip: Option<(&'static [u8], EntityTag)>,
}

static FILES: LazyLock<Vec<Ready>> = LazyLock::new(|| ui::FILES.iter().map(Ready::new).collect());

/// `GET /`
pub(super) fn page(call: Call) -> Answer {
    served(call, ui::PAGE)
}

/// `GET /app.js`
pub(super) fn script(call: Call) -> Answer {
    served(call, "app.js")
}

/// `GET /editing.js`
pub(super) fn editing(call: Call) -> Answer {
    served(call, "editing.js")
}

/// `GET /app.css`
pub(super) fn style(call: Call) -> Answer {
    served(call, "app.css")
}

/// `GET /favicon.svg`
pub(super) fn icon(call: Call) -> Answer {
    served(call, "favicon.svg")
}

/// Whether a path is one of the page's files.
pub(super) fn is_file(path: &str) -> bool {
    let name = path.strip_prefix('/').map(|name| if name.is_empty() { ui::PAGE } else { name });
    name.is_some_and(|name| path != "/index.html" && ui::FILES.iter().any(|file| file.name == name))
}

fn served(call: Call, name: &'static str) -> Answer {
    Box::pin(async move {
        let ready = FILES.iter().find(|ready| ready.file.name == name);
        let ready = ready.ok_or_else(|| Problem::new(ProblemKind::NotFound, "Not Found"))?;
        let headers = [
            (header::CACHE_CONTROL, "no-cache"),
            (header::VARY, "Accept-Encoding"),
            (header::CONTENT_SECURITY_POLICY, ui::CONTENT_SECURITY_POLICY),
            (header::REFERRER_POLICY, "no-referrer"),
        ];
        let media_type = ready.file.media_type;
        let (tag, content) = match &ready.gzip {
            Some((bytes, tag)) if call.takes_gzip => {
                (tag, Content { media_type, coding: Some("gzip"), bytes: Bytes::from_static(bytes) })
            }
            _ => (
                &ready.plain_tag,
                Content { media_type, coding: None, bytes: Bytes::from_static(ready.file.plain) },
            ),
        };
        under_condition(&call, tag, &headers, content)
    })
}

impl Ready {
    fn new(file: &'static ui::File) -> Self {
        let gzip = file.gzip.map(|bytes| (bytes, public_tag(bytes)));
        Self { file, plain_tag: public_tag(file.plain), gzip }
    }
}
