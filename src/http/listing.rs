//! `GET /api/settings/mcp-servers`: all servers, or a page of them with a link to the next (RFC 8288).

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::service::{Page, Rows};

use super::endpoint::{Answer, Call};
use super::mcp_servers::{newest, read_answer};
use super::paths::COLLECTION;
use super::query::{LARGEST_PAGE, Parameter, Query};

/// What a query value may hold without being escaped (RFC 3986 §2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `GET` and `HEAD` of the collection. It has one tag, whatever is asked of it: what changes any answer
/// changes that.
pub(super) fn list(call: Call) -> Answer {
    Box::pin(async move {
        let projected = newest(&call).await?;
        let mut link = None;
        let mut response = read_answer(&call, projected.tag(), || {
            let listing = projected.listing(call.query.rows);
            Ok(match &call.query {
                Query { limit: None, after: None, .. } => listing.whole().clone(),
                Query { limit, after, .. } => {
                    let page = listing.page(after.as_deref(), limit.unwrap_or(LARGEST_PAGE));
                    link = next(&call.url(COLLECTION), &call.query, &page);
                    page.body
                }
            })
        })?;
        if let Some(link) = link.filter(|_| response.status() == StatusCode::OK) {
            response.headers_mut().insert(header::LINK, link);
        }
        Ok(response)
    })
}

/// The link to the page that follows; the other parameters stay as they were.
fn next(collection: &str, query: &Query, page: &Page) -> Option<HeaderValue> {
    let after = utf8_percent_encode(page.more_after.as_ref()?.as_str(), ESCAPED);
    let view = (query.rows == Rows::Full).then(|| format!("{}=full&", Parameter::View.name()));
    let limit = query.limit.map(|limit| format!("{}={limit}&", Parameter::Limit.name()));
    let [view, limit] = [view, limit].map(Option::unwrap_or_default);
    let link = format!("<{collection}?{view}{limit}{}={after}>; rel=\"next\"", Parameter::After.name());
    HeaderValue::from_str(&link).ok()
}
