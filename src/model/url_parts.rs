//! The secret parts of a URL: its userinfo, and the values of telling names in its query, its fragment and the
//! `;parameters` of its path. Masks them, finds masks and puts the stored parts back. Works on the text, so that
//! what is not secret keeps its spelling. The segments of a path are never secret parts.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use percent_encoding::percent_decode_str;

use super::mask::{URL_MASK, is_mask};
use super::secret_words::is_telling_in_url;

/// A part that is secret: where it stands, and what tells it apart from the other parts.
struct Part {
    place: Range<usize>,
    role: Role,
}

/// What a secret part is of its URL. A part is put back in its own role only.
#[derive(PartialEq, Eq, Hash)]
enum Role {
    /// All of it, where nobody can say what its parts are.
    Whole,
    Userinfo,
    /// The value of this name in a component.
    Value(Component, String),
}

/// A component of a URL that has named values.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Component {
    /// The `;parameters` of a segment of the path.
    Path,
    Query,
    Fragment,
}

/// A URL whose masks have been replaced by the stored parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The whole URL.
    pub url: String,
    /// Whether a stored part was put back.
    pub is_kept: bool,
    /// Whether it has a secret part that was sent in the clear.
    pub is_sent: bool,
}

/// The masked parts of a URL could not all be put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NothingToRestore;

/// Whether clients disagree about where the parts of such a URL begin and end: backslashes are slashes to
/// some of them, and control characters and white space are dropped by some. None is taken any more; one
/// that stands in a document is masked whole, and is never the same destination as another.
pub fn is_ambiguous(url: &str) -> bool {
    url.contains(|character: char| character == '\\' || character.is_control() || character.is_whitespace())
}

/// Whether a URL has secret parts.
pub fn has_secret(url: &str) -> bool {
    !parts(url).is_empty()
}

/// Whether a text that need not be a URL is one with secret parts. What holds white space is taken for prose.
pub fn is_url_with_secret(text: &str) -> bool {
    let has_scheme = text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme));
    has_scheme && !is_ambiguous(text) && has_secret(text)
}

/// The secret parts of a URL.
pub fn secrets(url: &str) -> impl Iterator<Item = &str> {
    parts(url).into_iter().map(|part| &url[part.place])
}

/// The URL with each secret part masked. A bracket is not legal there, so the mask is asterisks.
pub fn mask(url: &str) -> String {
    replace(url, |_| Some(URL_MASK.to_owned())).0
}

/// Puts the stored parts in the place of masks; fails where a mask stands for a part that the stored URL
/// does not have.
pub fn restore(sent: &str, stored: Option<&str>) -> Result<Restored, NothingToRestore> {
    let stored = stored.unwrap_or_default();
    if is_masked(sent) {
        let is_whole = is_ambiguous(stored);
        let restored = Restored { url: stored.to_owned(), is_kept: true, is_sent: false };
        return if is_whole { Ok(restored) } else { Err(NothingToRestore) };
    }
    let mut stored_texts: HashMap<Role, VecDeque<&str>> = HashMap::new();
    for part in parts(stored) {
        stored_texts.entry(part.role).or_default().push_back(&stored[part.place]);
    }
    let (mut is_kept, mut is_sent) = (false, false);
    let mut is_missing = false;
    let (url, _) = replace(sent, |part| {
        let text = &sent[part.place.clone()];
        let own = stored_texts.get_mut(&part.role).and_then(VecDeque::pop_front);
        if is_masked(text) {
            is_kept = true;
            is_missing |= own.is_none();
            return own.map(str::to_owned);
        }
        is_sent = true;
        // `user:**********@`: the mask stands for the whole userinfo, so half a one can't be put back.
        is_missing |= part.role == Role::Userinfo && own != Some(text) && text.split(':').any(is_masked);
        None
    });
    if is_missing { Err(NothingToRestore) } else { Ok(Restored { url, is_kept, is_sent }) }
}

fn is_masked(text: &str) -> bool {
    is_mask(text) || is_mask(&percent_decode_str(text).decode_utf8_lossy())
}

fn replace(url: &str, mut with: impl FnMut(&Part) -> Option<String>) -> (String, bool) {
    let mut out = String::with_capacity(url.len());
    let mut at = 0;
    let mut is_changed = false;
    for part in parts(url) {
        if let Some(text) = with(&part) {
            out.push_str(&url[at..part.place.start]);
            out.push_str(&text);
            at = part.place.end;
            is_changed = true;
        }
    }
    out.push_str(&url[at..]);
    (out, is_changed)
}

/// The secret parts in the order in which they stand. Empty parts hold no secret.
fn parts(url: &str) -> Vec<Part> {
    if is_ambiguous(url) {
        return vec![Part { place: 0..url.len(), role: Role::Whole }];
    }
    let mut found = Vec::new();
    let mut start = 0;
    if let Some(userinfo) = userinfo(url) {
        start = userinfo.end;
        found.push(Part { place: userinfo, role: Role::Userinfo });
    }
    let fragment = url[start..].find('#').map_or(url.len(), |mark| start + mark);
    let query = url[start..fragment].find('?').map_or(fragment, |mark| start + mark);
    for (component, place, separator) in [
        (Component::Path, start..query, '/'),
        (Component::Query, (query + 1).min(fragment)..fragment, '&'),
        (Component::Fragment, (fragment + 1).min(url.len())..url.len(), '&'),
    ] {
        let mut at = place.start;
        for piece in url[place].split(separator) {
            found.extend(named_value(piece, component).map(|(name, value)| Part {
                place: at + value..at + piece.len(),
                role: Role::Value(component, name),
            }));
            at += piece.len() + 1;
        }
    }
    found
}

/// The first telling name in a piece of a component, and where its value begins. The value is the rest of the
/// piece: whether a `;` in it is a part of the secret only the server knows.
fn named_value(piece: &str, component: Component) -> Option<(String, usize)> {
    let mut at = 0;
    for (index, pair) in piece.split([';', '?']).enumerate() {
        let is_pair = component != Component::Path || 0 < index;
        if let Some((name, _)) = pair.split_once('=').filter(|_| is_pair) {
            let value = at + name.len() + 1;
            let name = percent_decode_str(name).decode_utf8_lossy().into_owned();
            if value < piece.len() && is_telling_in_url(&name) {
                return Some((name, value));
            }
        }
        at += pair.len() + 1;
    }
    None
}

/// The userinfo of an authority: up to the last `@`, since a careless client leaves one in a password. So it does
/// with `/`, `?` and `#`: where what stands before them can't be a host and a port, they are part of a password.
///
/// The URL parsers of clients (WHATWG) read an authority after any number of slashes, none included.
fn userinfo(url: &str) -> Option<Range<usize>> {
    let scheme_end = url.find(':').filter(|colon| is_scheme(&url[..*colon])).map_or(0, |colon| colon + 1);
    let start = url.len() - url[scheme_end..].trim_start_matches('/').len();
    let rest = &url[start..];
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let at = authority.rfind('@').or_else(|| rest.rfind('@').filter(|_| !is_host_and_port(authority)))?;
    (at > 0).then(|| start..start + at)
}

/// Whether the part behind a colon is a port, or there is none.
fn is_host_and_port(authority: &str) -> bool {
    let behind_host = authority.rfind(']').map_or(authority, |bracket| &authority[bracket..]);
    let port = behind_host.split_once(':').map_or("", |(_, port)| port);
    port.is_empty() || (port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok())
}

fn is_scheme(text: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_parts_are_masked_and_nothing_else() {
        let table = [
            ("https://h/mcp", "https://h/mcp"),
            ("https://u:p@h/mcp", "https://**********@h/mcp"),
            ("https://u@h:8/x@y", "https://**********@h:8/x@y"),
            ("https://u:p@ss@h/", "https://**********@h/"),
            ("https://h/?api_key=z&a=b&TOKEN=%20", "https://h/?api_key=**********&a=b&TOKEN=**********"),
            ("https://h/?api%5Fkey=z#key=1", "https://h/?api%5Fkey=**********#key=**********"),
            ("https://h/?key=", "https://h/?key="),
            ("https://@h/", "https://@h/"),
            ("//u:p@h", "//**********@h"),
            ("http:u:p@h/", "http:**********@h/"),
            ("http:/u:p@h/", "http:/**********@h/"),
            ("http:\\\\u:p@h\\x@y", "**********"),
            (" ht\ntp:/\t/u:p@h/", "**********"),
            ("https://user:pa\\ss@h.example/mcp", "**********"),
            ("\u{1}https://user:pass@h.example/mcp", "**********"),
            ("https://h.example/mcp?to\tken=abcsecret", "**********"),
            ("https://h:8/mcp", "https://h:8/mcp"),
            // No schemes, so that all before the `@` may be userinfo.
            ("1h:u@x/", "**********@x/"),
            ("h_t:u:p@x/", "**********@x/"),
            ("not-a-url?secret=1", "not-a-url?secret=**********"),
            (
                "https://h/?sig=a&code=b&jwt=c&page=d",
                "https://h/?sig=**********&code=**********&jwt=**********&page=d",
            ),
            // Nobody but the server knows where a value with a separator in it ends.
            ("https://h/?a=1;api_key=z;b=2&c=3", "https://h/?a=1;api_key=**********&c=3"),
            ("https://h/?token=a;b", "https://h/?token=**********"),
            ("https://h/?to=https://g/?token=x&a=b", "https://h/?to=https://g/?token=**********&a=b"),
            ("https://h/a;api_key=z/b;v=1", "https://h/a;api_key=**********/b;v=1"),
            ("https://h/token=z/x", "https://h/token=z/x"),
            ("https://h/#access_token=z&a=b", "https://h/#access_token=**********&a=b"),
            ("https://h/#/route?session=z", "https://h/#/route?session=**********"),
            // A password with what should be percent-encoded.
            ("https://u:p/w@h/mcp", "https://**********@h/mcp"),
            ("https://u:p?w@h/mcp", "https://**********@h/mcp"),
            ("postgres://u:p#w@h/db", "postgres://**********@h/db"),
            ("https://u:99999/w@h/", "https://**********@h/"),
            ("https://h:8080/@scope/x", "https://h:8080/@scope/x"),
            ("https://[::1]:80/@scope", "https://[::1]:80/@scope"),
            ("https://h/x@1.2?to=a@b", "https://h/x@1.2?to=a@b"),
            ("", ""),
        ];
        for (url, masked) in table {
            assert_eq!(mask(url), masked);
            assert_eq!(has_secret(url), url != masked);
        }
    }

    #[test]
    fn masks_are_put_back_from_the_stored_parts_of_the_same_name() {
        let stored = Some("https://u:p@h/?key=1&key=2&x=3");
        let table = [
            (
                "https://**********@h/?key=**********&key=**********&x=3",
                Ok(("https://u:p@h/?key=1&key=2&x=3", true, false)),
            ),
            ("https://%2A%2A%2A%2A%2A%2A%2A%2A%2A%2A@h/", Ok(("https://u:p@h/", true, false))),
            ("https://h/?key=%5BREDACTED%5D", Ok(("https://h/?key=1", true, false))),
            ("https://h/?key=new&key=**********", Ok(("https://h/?key=new&key=2", true, true))),
            ("https://v:q@h/?key=3", Ok(("https://v:q@h/?key=3", false, true))),
            ("https://h/?x=9", Ok(("https://h/?x=9", false, false))),
            ("https://h/?other_key=**********", Err(NothingToRestore)),
            ("https://u:**********@h/", Err(NothingToRestore)),
            ("https://%2A%2A%2A%2A%2A%2A%2A%2A%2A%2A:p@h/", Err(NothingToRestore)),
            ("https://h/?key=**********&key=**********&key=**********", Err(NothingToRestore)),
        ];
        for (sent, expected) in table {
            let expected = expected.map(|(url, is_kept, is_sent): (&str, _, _)| Restored {
                url: url.to_owned(),
                is_kept,
                is_sent,
            });
            assert_eq!(restore(sent, stored), expected, "{sent}");
        }
        assert_eq!(restore("https://**********@h/", None), Err(NothingToRestore));
        // All of a URL is no part of another: what nobody can take apart is kept whole or not at all.
        for stored in ["https://u:p@h/a b", "https://h\\/?key=1"] {
            assert_eq!(restore("https://**********@h/", Some(stored)), Err(NothingToRestore));
            assert_eq!(restore("https://h/?key=**********", Some(stored)), Err(NothingToRestore));
        }
        let first = restore("https://h/?key=**********", Some("https://h/?x=3&key=1"));
        assert_eq!(first.unwrap().url, "https://h/?key=1");
    }
}
