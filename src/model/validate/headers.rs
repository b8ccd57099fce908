//! Names and values of HTTP headers (RFC 9110 §5.1, §5.5), as far as every client can send them: some refuse the
//! rest when they start, others send it as two headers.

use crate::json::Path;
use crate::model::config::{Node, Secret, SecretValue};

use super::shape::{Checker, member, new_members};

/// An object of headers. Those that were there before are not judged.
pub(super) fn check(checker: &mut Checker, at: &Path<'_>, before: Option<&Node>, node: &Node) {
    checker.string_map(at, before, node);
    let Node::Object(headers) = node else { return };
    for (header, value) in new_members(before, headers, checker.may_reveal) {
        let here = at.member(header);
        let is_new = member(before, header).is_none();
        if is_new && !is_token(header) {
            checker.refuse(&here, NO_TOKEN);
        } else if is_new
            && headers.iter().any(|(other, _)| other != header && other.eq_ignore_ascii_case(header))
        {
            checker.refuse(&here, "is the name of another header here, but for its case: headers have none");
        } else {
            check_value(checker, &here, value);
        }
    }
}

/// A value that is the name of a header.
pub(super) fn check_name(checker: &mut Checker, at: &Path<'_>, node: &Node) {
    checker.string(at, node);
    if matches!(node, Node::Text(name) if !is_token(name.as_str())) {
        checker.refuse(at, NO_TOKEN);
    }
}

/// A text that is sent in a header.
pub(super) fn check_value(checker: &mut Checker, at: &Path<'_>, node: &Node) {
    let text = match node {
        Node::Text(text) => text.as_str(),
        Node::Secret(Secret { value: SecretValue::Text(plaintext), .. }) => plaintext.expose(),
        _ => return,
    };
    if text.contains(['\r', '\n']) {
        checker.refuse(at, "must be one line: a line break in a header would begin another one");
    } else if text.bytes().any(|byte| (byte.is_ascii_control() && byte != b'\t') || !byte.is_ascii()) {
        checker.refuse(
            at,
            "must be printable ASCII: clients send other characters of a header differently, or not at all",
        );
    }
}

const NO_TOKEN: &str =
    "is not the name of a header: it must be letters, digits or !#$%&'*+-.^_`|~, without blanks or colons";

/// RFC 9110 §5.6.2
fn is_token(name: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_legal)
}
