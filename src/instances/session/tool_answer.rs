//! What a call of a tool came to: the result as it came, and whether the tool says that it failed.

use bytes::Bytes;

use super::message::{member_of, string};
use super::versions::elements;

/// How much of what a tool says about its failure is kept, in characters.
const LONGEST: usize = 4096;

/// The answer of a tool.
#[derive(Clone, PartialEq, Eq)]
pub struct ToolAnswer {
    /// The result as JSON, as it came.
    pub result: Bytes,
    /// The server's words, where the result says that the tool failed.
    pub is_error: Option<String>,
}

impl ToolAnswer {
    pub(super) fn of(result: Bytes) -> Self {
        let is_error = std::str::from_utf8(&result).ok().and_then(failure_in);
        Self { result, is_error }
    }
}

fn failure_in(words: &str) -> Option<String> {
    let member = member_of(words);
    if member("isError") != Some("true") {
        return None;
    }
    let contents = member("content").map(elements).unwrap_or_default();
    let texts: Vec<String> =
        contents.into_iter().filter_map(|content| member_of(content)("text").and_then(string)).collect();
    let text: String = texts.join("\n").trim().chars().take(LONGEST).collect();
    Some(if text.is_empty() { "the tool failed and does not say why".to_owned() } else { text })
}

/// Not what the tool said: that may be secret.
impl std::fmt::Debug for ToolAnswer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let is_error = self.is_error.is_some();
        formatter.debug_struct("ToolAnswer").field("is_error", &is_error).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_error(result: &str) -> Option<String> {
        ToolAnswer::of(Bytes::copy_from_slice(result.as_bytes())).is_error
    }

    #[test]
    fn c6_a_failure_is_reported_in_the_words_of_the_server() {
        let result = r#"{"content":[{"type":"text","text":"token is "},{"type":"image"},{"type":"text","text":"required"}],
            "isError":true}"#;
        assert_eq!(is_error(result).as_deref(), Some("token is \nrequired"));
        assert_eq!(is_error(r#"{"isError":true}"#).as_deref(), Some("the tool failed and does not say why"));
    }

    #[test]
    fn only_true_means_that_a_tool_failed() {
        for result in
            ["{}", r#"{"isError":false}"#, r#"{"isError":null}"#, r#"{"isError":"true"}"#, "null", "[]"]
        {
            assert_eq!(is_error(result), None, "{result}");
        }
    }
}
