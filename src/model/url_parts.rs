//! The secret parts of a URL: its userinfo, and the values of telling names in its query, its fragment and the
//! `;parameters` of its path. Masks them, finds masks and puts the stored parts back. Works on the text, so that
//! what is not secret keeps its spelling. The segments of a path are never secret parts.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use percent_encoding::percent_decode_str;

use super::mask::{self, Stored, URL_MASK};
use super::secret_words::is_telling_in_url;

/// A part that is secret: its place, and what distinguishes it from the other parts.
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

/// Why the masked parts of a URL could not all be put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRestored {
    /// A mask of a part that the stored URL does not have.
    NothingThere,
    /// A part is a mask only in part, or in a form that may be a guess.
    Unclear,
}

/// Whether clients disagree about where the parts of such a URL begin and end: backslashes are slashes to
/// some of them, and control characters and white space are dropped by some. None is taken any more; one
/// that is in a document is masked whole, and never counts as the same destination as another.
pub fn is_ambiguous(url: &str) -> bool {
    url.contains(|character: char| character == '\\' || character.is_control() || character.is_whitespace())
}

/// Whether a URL says how its host is reached. What begins with a reference to a variable may get its scheme
/// from there.
pub fn has_scheme(url: &str) -> bool {
    let is_known = |scheme: &str| ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    url.starts_with(['$', '{', '%'])
        || url
            .split_once(':')
            .is_some_and(|(scheme, rest)| is_scheme(scheme) && (rest.starts_with("//") || is_known(scheme)))
}

/// The URL that one without a scheme seems to mean, without what could be secret in it; none where it names no host.
pub fn with_scheme(url: &str) -> Option<String> {
    let bare = url.trim_start_matches('/').split(['?', '#']).next()?;
    let host_start = userinfo(bare).map_or(0, |userinfo| userinfo.end + 1);
    let bare = &bare[host_start..];
    let host = bare.split(['/', ':']).next()?;
    let is_local = host == "localhost" || host.starts_with("127.") || bare.starts_with("[::1]");
    let proposal = format!("{}://{bare}", if is_local { "http" } else { "https" });
    let is_meant = is_local || host.contains('.') || bare.contains(':');
    url::Url::parse(&proposal).ok().filter(|_| is_meant).map(|_| proposal)
}

/// The beginning of a URL that says who is spoken to: scheme, userinfo, host and port. All of a text that does not say
/// where they end.
pub fn authority(url: &str) -> &str {
    let Some(scheme) = url.find("://").filter(|end| is_scheme(&url[..*end])) else { return url };
    let start = scheme + 3;
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |end| start + end);
    &url[..end]
}

/// Whether a URL has secret parts.
pub fn has_secret(url: &str) -> bool {
    !parts(url).is_empty()
}

/// Whether a text that need not be a URL is one with secret parts. What holds white space is treated as prose.
pub fn is_url_with_secret(text: &str) -> bool {
    let has_scheme = text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme));
    has_scheme && !is_ambiguous(text) && has_secret(text)
}

/// The secret parts of a URL.
pub fn secrets(url: &str) -> impl Iterator<Item = &str> {
    secret_places(url).map(|place| &url[place])
}

/// Where the secret parts of a URL are.
pub fn secret_places(url: &str) -> impl Iterator<Item = Range<usize>> {
    parts(url).into_iter().map(|part| part.place)
}

/// The URL with each secret part masked. A bracket is not legal there, so the mask is asterisks.
pub fn mask(url: &str) -> String {
    replace(url, |_| Some(URL_MASK.to_owned())).0
}

/// The URL with something else in the place of secret parts; `with` is given the name of a part and its text, and says what
/// it becomes, if not what it is.
pub fn replaced(url: &str, mut with: impl FnMut(&str, &str) -> Option<String>) -> String {
    let replaced = replace(url, |part| {
        let name = match &part.role {
            Role::Whole => "address",
            Role::Userinfo => "userinfo",
            Role::Value(_, name) => name,
        };
        with(name, &url[part.place.clone()])
    });
    replaced.0
}

/// Puts the stored parts in the place of masks. Without `reveal`, what the stored parts are makes no difference
/// to whether that can be done.
pub fn restore(sent: &str, stored: Option<&str>, may_reveal: bool) -> Result<Restored, NotRestored> {
    let stored = stored.unwrap_or_default();
    if let Some(outcome) = restore_whole(sent, stored, may_reveal) {
        return outcome;
    }
    let mut stored_texts: HashMap<Role, VecDeque<&str>> = HashMap::new();
    for part in parts(stored) {
        stored_texts.entry(part.role).or_default().push_back(&stored[part.place]);
    }
    let (mut is_kept, mut is_sent) = (false, false);
    let mut trouble = None;
    let (url, _) = replace(sent, |part| {
        let text = &sent[part.place.clone()];
        let own = stored_texts.get_mut(&part.role).and_then(VecDeque::pop_front);
        match (read_part(text, own, &part.role, may_reveal), own) {
            (mask::Sent::Secret, _) => is_sent = true,
            (mask::Sent::Mask, Some(own)) => {
                is_kept = true;
                return Some(own.to_owned());
            }
            (mask::Sent::Mask, None) => trouble = trouble.or(Some(NotRestored::NothingThere)),
            (mask::Sent::Unclear, _) => trouble = trouble.or(Some(NotRestored::Unclear)),
        }
        None
    });
    match trouble {
        Some(reason) => Err(reason),
        None => Ok(Restored { url, is_kept, is_sent }),
    }
}

/// What becomes of a text that is a mask from end to end, where it is one.
fn restore_whole(sent: &str, stored: &str, may_reveal: bool) -> Option<Result<Restored, NotRestored>> {
    // A URL that is no secret in any part may be sent back whatever it looks like.
    let is_unchanged = sent == stored && (may_reveal || !has_secret(stored));
    let text = decoded(sent);
    if is_unchanged || !mask::is_whole_mask(&text) {
        return None;
    }
    let is_there = is_ambiguous(stored);
    Some(match mask::read(&text, Stored::Opaque, may_reveal) {
        mask::Sent::Mask if is_there => {
            Ok(Restored { url: stored.to_owned(), is_kept: true, is_sent: false })
        }
        mask::Sent::Mask => Err(NotRestored::NothingThere),
        mask::Sent::Secret | mask::Sent::Unclear => Err(NotRestored::Unclear),
    })
}

/// Reads what was sent for a part of a URL. The mask means the whole of it: with half of a userinfo
/// behind a mask, only a caller who sees the stored one has shown which half is meant.
fn read_part(sent: &str, own: Option<&str>, role: &Role, may_reveal: bool) -> mask::Sent {
    let (sent, own) = (decoded(sent), own.map(decoded));
    let stored = own.as_deref().map_or(Stored::Nothing, Stored::Text);
    let halves = || sent.split_once(':').filter(|_| *role == Role::Userinfo);
    match mask::read(&sent, stored, may_reveal) {
        mask::Sent::Secret if stored != Stored::Text(&sent) || !may_reveal => match halves() {
            Some((user, password)) if [user, password].into_iter().any(mask::is_whole_mask) => {
                let own = own.as_deref().and_then(|own| own.split_once(':')).filter(|_| may_reveal);
                let is_half =
                    own.is_some_and(|(own_user, own_password)| user == own_user || password == own_password);
                if is_half { mask::Sent::Mask } else { mask::Sent::Unclear }
            }
            _ => mask::Sent::Secret,
        },
        other => other,
    }
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
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

/// The secret parts, in the order of the URL. Empty parts hold no secret.
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
/// with `/`, `?` and `#`: if the text before them can't be a host and a port, they are part of a password.
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

/// Whether the part behind a colon is a port, or is empty.
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
    fn who_is_spoken_to_is_at_the_beginning() {
        for (url, expected) in [
            ("https://h/mcp", "https://h"),
            ("https://u:p@h:8/a@b", "https://u:p@h:8"),
            ("https://h?x=/", "https://h"),
            ("https://h", "https://h"),
            ("https:h/mcp", "https:h/mcp"),
            ("${URL}/mcp", "${URL}/mcp"),
            ("{{scheme}}://h/mcp", "{{scheme}}://h/mcp"),
            ("https://${vault:a/b#c}/mcp", "https://${vault:a"),
            ("", ""),
        ] {
            assert_eq!(authority(url), expected);
        }
    }

    #[test]
    fn a_scheme_is_proposed_where_a_host_is_given() {
        for (url, proposal) in [
            ("x.example/mcp", Some("https://x.example/mcp")),
            ("//x.example/mcp", Some("https://x.example/mcp")),
            ("x.example:8443/mcp?token=t#f", Some("https://x.example:8443/mcp")),
            ("u:p@x.example/mcp", Some("https://x.example/mcp")),
            ("localhost:3000/mcp", Some("http://localhost:3000/mcp")),
            ("localhost", Some("http://localhost")),
            ("127.0.0.1:80", Some("http://127.0.0.1:80")),
            ("[::1]:80/sse", Some("http://[::1]:80/sse")),
            ("box:3000", Some("https://box:3000")),
            ("unparseable", None),
            ("/mcp", None),
            ("x.example:port/", None),
        ] {
            assert!(!has_scheme(url), "{url}");
            assert_eq!(with_scheme(url).as_deref(), proposal, "{url}");
        }
        for url in ["https://h", "HTTP://h", "ws://h", "http:h", "${URL}/mcp", "$URL", "{{url}}", "%URL%"] {
            assert!(has_scheme(url), "{url}");
        }
    }

    fn restored(
        sent: &str,
        stored: Option<&str>,
        may_reveal: bool,
    ) -> Result<(String, bool, bool), NotRestored> {
        let fields = |Restored { url, is_kept, is_sent }| (url, is_kept, is_sent);
        restore(sent, stored, may_reveal).map(fields)
    }

    #[test]
    fn masks_are_put_back_from_the_stored_parts_of_the_same_name() {
        use NotRestored::NothingThere;
        let stored = Some("https://u:p@h/?key=1&key=2&x=3");
        let table = [
            (
                "https://**********@h/?key=**********&key=**********&x=3",
                Ok(("https://u:p@h/?key=1&key=2&x=3", true, false)),
            ),
            ("https://%2A%2A%2A%2A%2A%2A%2A%2A%2A%2A@h/", Ok(("https://u:p@h/", true, false))),
            ("https://h/?key=%5BREDACTED%5D", Ok(("https://h/?key=1", true, false))),
            ("https://h/?key=redacted&key=xxx", Ok(("https://h/?key=1&key=2", true, false))),
            ("https://h/?key=new&key=**********", Ok(("https://h/?key=new&key=2", true, true))),
            ("https://v:q@h/?key=3", Ok(("https://v:q@h/?key=3", false, true))),
            ("https://h/?x=9", Ok(("https://h/?x=9", false, false))),
            ("https://h/?other_key=**********", Err(NothingThere)),
            ("https://h/?key=**********&key=**********&key=**********", Err(NothingThere)),
        ];
        for (sent, expected) in table {
            let expected =
                expected.map(|(url, is_kept, is_sent): (&str, _, _)| (url.to_owned(), is_kept, is_sent));
            for may_reveal in [true, false] {
                assert_eq!(restored(sent, stored, may_reveal), expected, "{sent} {may_reveal}");
            }
        }
        assert_eq!(restored("https://**********@h/", None, true), Err(NothingThere));
        // All of a URL is no part of another: what nobody can take apart is kept whole or not at all.
        for stored in ["https://u:p@h/a b", "https://h\\/?key=1"] {
            assert_eq!(restored("https://**********@h/", Some(stored), true), Err(NothingThere));
            assert_eq!(restored("https://h/?key=**********", Some(stored), true), Err(NothingThere));
        }
        let first = restored("https://h/?key=**********", Some("https://h/?x=3&key=1"), false);
        assert_eq!(first.unwrap().0, "https://h/?key=1");
    }

    #[test]
    fn a_mask_in_part_or_in_a_form_of_others_is_put_back_only_for_a_caller_who_sees_what_is_stored() {
        use NotRestored::{NothingThere, Unclear};
        let stored = Some("https://user:pass@h/?api_key=abcdef&x=3");
        let kept = "https://user:pass@h/?api_key=abcdef";
        for (sent, revealer) in [
            ("https://********@h/?api_key=********", Ok((kept, true, false))),
            ("https://user:********@h/?api_key=abcdef", Ok((kept, true, true))),
            ("https://user:redacted@h/?api_key=%E2%80%A2%E2%80%A2%E2%80%A2", Ok((kept, true, false))),
            ("https://us***ss@h/?api_key=ab***", Ok((kept, true, false))),
            ("https://other:redacted@h/", Err(Unclear)),
            ("https://other:********@h/", Err(Unclear)),
            ("https://%5BREDACTED%5D:q@h/", Err(Unclear)),
            ("https://h/?api_key=zz%5BREDACTED%5D", Err(Unclear)),
            ("https://h/?token=***", Err(NothingThere)),
            ("********", Err(NothingThere)),
        ] {
            let revealer =
                revealer.map(|(url, is_kept, is_sent): (&str, _, _)| (url.to_owned(), is_kept, is_sent));
            assert_eq!(restored(sent, stored, true), revealer, "{sent}");
            assert_eq!(restored(sent, stored, false), Err(Unclear), "{sent}");
        }
    }

    #[test]
    fn a_url_that_is_a_mask_from_end_to_end_means_the_one_that_is_masked_whole() {
        for stored in ["https://u:p@h/a b", "https://h\\/?key=1"] {
            for sent in ["**********", "%5BREDACTED%5D", "[redacted]", " <redacted> "] {
                let kept = Ok((stored.to_owned(), true, false));
                assert_eq!(restored(sent, Some(stored), false), kept, "{sent}");
                assert_eq!(
                    restored(sent, Some("https://u:p@h/"), false),
                    Err(NotRestored::NothingThere),
                    "{sent}"
                );
            }
            assert_eq!(restored("***", Some(stored), false), Err(NotRestored::Unclear));
        }
        // No part of it is secret, so that it can only have been read.
        for may_reveal in [true, false] {
            let same = Ok(("//redacted".to_owned(), false, false));
            assert_eq!(restored("//redacted", Some("//redacted"), may_reveal), same);
        }
    }
}
