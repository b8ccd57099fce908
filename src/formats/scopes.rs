//! The scopes of OAuth: one text with blanks between them for some clients, a list for others. Ours are as they were read.

use crate::json::Json;
use crate::model::reference::has_reference;

/// How a client writes scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum ScopesShape {
    /// One text, with a blank between two.
    Text,
    /// A list of texts.
    List,
}

const ONE: &str = "a reference: it is written as one scope";
const BLANKS: &str = "this client has one text of scopes: a scope with a blank in it becomes several";
const NO_TEXTS: &str = "scopes are texts: it is written as it is here";

impl ScopesShape {
    /// Scopes of ours in this shape, and what is lost.
    pub(in crate::formats) fn of(self, ours: Json) -> (Json, Option<&'static str>) {
        match (self, &ours) {
            (Self::Text, Json::String(_)) => (ours, None),
            (Self::Text, Json::Array(elements)) => {
                let scopes: Vec<&str> = elements.iter().filter_map(Json::as_str).collect();
                if scopes.len() < elements.len() {
                    return (ours, Some(NO_TEXTS));
                }
                // The default of a reference may have blanks.
                let is_one = |scope: &&str| {
                    !scope.is_empty() && (has_reference(scope) || !scope.contains(char::is_whitespace))
                };
                let loss = (!scopes.iter().all(is_one)).then_some(BLANKS);
                (Json::string(scopes.join(" ")), loss)
            }
            (Self::List, Json::String(text)) if has_reference(text.as_str()) => {
                (Json::Array(vec![ours.clone()]), Some(ONE))
            }
            (Self::List, Json::String(text)) => {
                (Json::Array(text.as_str().split_whitespace().map(Json::string).collect()), None)
            }
            (Self::List, Json::Array(elements)) if elements.iter().all(|scope| scope.as_str().is_some()) => {
                (ours, None)
            }
            _ => (ours, Some(NO_TEXTS)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Rules, parse, to_compact};

    #[test]
    fn scopes_are_written_in_the_shape_of_the_client_or_the_loss_is_known() {
        use ScopesShape::{List, Text};
        for (shape, ours, theirs, loss) in [
            (Text, r#""a b""#, r#""a b""#, None),
            (Text, r#"["a","b"]"#, r#""a b""#, None),
            (Text, "[]", r#""""#, None),
            (Text, r#"["a b","c"]"#, r#""a b c""#, Some(BLANKS)),
            (Text, r#"["${A:-x y}","b"]"#, r#""${A:-x y} b""#, None),
            (Text, "[1]", "[1]", Some(NO_TEXTS)),
            (List, r#"["a b"]"#, r#"["a b"]"#, None),
            (List, r#"" a  b ""#, r#"["a","b"]"#, None),
            (List, r#""""#, "[]", None),
            (List, r#""a ${B}""#, r#"["a ${B}"]"#, Some(ONE)),
            (List, "true", "true", Some(NO_TEXTS)),
        ] {
            let (written, lost) = shape.of(parse(ours, &Rules::BODY).unwrap());
            assert_eq!((to_compact(&written).as_str(), lost), (theirs, loss), "{shape:?} {ours}");
        }
    }
}
