//! What is said of one operation. Plain data, as an author writes it; it does not know how a document is
//! laid out.

use serde_json::Value;

use super::Shape;

/// What one method does at one path.
pub struct Operation {
    /// A verb and a noun: generators make function names of it.
    pub id: &'static str,
    /// The tag it is listed under.
    pub tag: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The rest of what a caller must know.
    pub description: &'static str,
    /// Those in the path, the query and the headers.
    pub parameters: Vec<Parameter>,
    /// The body in each media type that is taken; none where there is no body.
    pub request: Vec<Body>,
    /// Every status that it can answer.
    pub responses: Vec<Response>,
    /// Whether a key is needed.
    pub is_keyed: bool,
}

/// The place of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the path; always required.
    Path,
    /// In the query; never required.
    Query,
    /// A header; never required.
    Header,
}

/// A parameter. Operations share it: one name in one place means the same everywhere.
pub struct Parameter {
    /// Its name in the document's components.
    pub component: &'static str,
    /// Its name on the wire.
    pub name: &'static str,
    /// Its place.
    pub place: Place,
    /// What it says.
    pub description: &'static str,
    /// What it may be.
    pub shape: Shape,
    /// One that is legal.
    pub example: Value,
}

/// A body in one media type.
pub struct Body {
    /// The media type.
    pub media_type: &'static str,
    /// What it may be.
    pub shape: Shape,
    /// Some that are legal.
    pub examples: Vec<Example>,
}

/// A legal value, shown. Bodies share it: one name means the same value everywhere.
pub struct Example {
    /// Its name in the document's components.
    pub name: String,
    /// What it shows.
    pub summary: &'static str,
    /// The value.
    pub value: Value,
}

/// An answer of one status.
pub struct Response {
    /// The status.
    pub status: u16,
    /// When it comes.
    pub description: &'static str,
    /// Its headers.
    pub headers: Vec<HeaderField>,
    /// Its body in each media type.
    pub bodies: Vec<Body>,
}

/// A header of an answer. Answers share it as operations share parameters.
pub struct HeaderField {
    /// Its name in the document's components.
    pub component: &'static str,
    /// Its name on the wire.
    pub name: &'static str,
    /// What it says.
    pub description: &'static str,
    /// Whether every answer of the status has it.
    pub is_required: bool,
    /// What it may be.
    pub shape: Shape,
    /// One that is legal.
    pub example: Value,
}
