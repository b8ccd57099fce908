//! Install links of clients: a name and a configuration in an address. Nothing is fetched.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::json::{Json, Object, to_compact};

use super::format::Format;

/// A link that was taken apart.
pub(in crate::formats) struct Link {
    pub(in crate::formats) client: Format,
    pub(in crate::formats) name: Option<String>,
    /// JSON of an entry, of an entry under its name, or of a whole map.
    pub(in crate::formats) json: Zeroizing<String>,
    /// JSON of the inputs, where the link has some.
    pub(in crate::formats) inputs: Option<String>,
}

/// Why a link has nothing to read, with the name that it has.
pub(in crate::formats) struct NoLink {
    pub(in crate::formats) name: Option<String>,
    pub(in crate::formats) why: &'static str,
}

impl NoLink {
    fn new(why: &'static str) -> Self {
        Self { name: None, why }
    }
}

/// Either alphabet is decoded, with padding or without it: links have all four.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Reads a line that is an install link; none where it is something else.
pub(in crate::formats) fn read(line: &str) -> Option<Result<Link, NoLink>> {
    let link = line.trim();
    if link.contains(char::is_whitespace) {
        return None;
    }
    for (start, client) in [
        ("cursor://anysphere.cursor-deeplink/mcp/install?", Format::Cursor),
        ("lmstudio://add_mcp?", Format::LmStudio),
    ] {
        if let Some(query) = link.strip_prefix(start) {
            return Some(of_base64(query, client));
        }
    }
    if let Some((query, client)) = of_page(link) {
        return Some(of_base64(query, client));
    }
    for start in ["vscode:", "vscode-insiders:"] {
        if let Some(rest) = link.strip_prefix(start) {
            return Some(of_vscode(rest.trim_start_matches('/')));
        }
    }
    for host in ["https://vscode.dev/redirect", "https://insiders.vscode.dev/redirect"] {
        let Some(rest) = link.strip_prefix(host) else { continue };
        if let Some(rest) = rest.strip_prefix("/mcp/") {
            return Some(of_vscode(&format!("mcp/{rest}")));
        }
        let Some(target) = rest.trim_start_matches('/').strip_prefix("?url=") else {
            return Some(Err(NoLink::new("no install link")));
        };
        let target = if target.starts_with("vscode") && target.contains(':') {
            target.to_owned()
        } else {
            decoded(target)?
        };
        let Some((_, rest)) = target.split_once(':').filter(|(scheme, _)| scheme.starts_with("vscode"))
        else {
            return Some(Err(NoLink::new("no install link")));
        };
        return Some(of_vscode(rest.trim_start_matches('/')));
    }
    let scheme = link.split_once("://").map(|(scheme, _)| scheme)?;
    let is_link = ["cursor", "lmstudio", "goose", "kiro", "windsurf", "zed", "warp"].contains(&scheme);
    is_link.then(|| Err(NoLink::new("a link in a form that is not known here")))
}

/// The query of a page that hands a link on: `https://cursor.com/install-mcp?…`, with `www.` or without, and with a
/// language before the page or without.
fn of_page(link: &str) -> Option<(&str, Format)> {
    let (place, query) = link.strip_prefix("https://")?.split_once('?')?;
    let (host, path) = place.split_once('/')?;
    let client = match host.strip_prefix("www.").unwrap_or(host) {
        "cursor.com" => Format::Cursor,
        "lmstudio.ai" => Format::LmStudio,
        _ => return None,
    };
    let path = path.strip_suffix('/').unwrap_or(path);
    let page = path.split_once('/').map_or(path, |(_, page)| page);
    (page == "install-mcp").then_some((query, client))
}

fn of_vscode(rest: &str) -> Result<Link, NoLink> {
    if let Some(name) = rest.strip_prefix("mcp/by-name/") {
        let name = decoded(name.split(['?', '#']).next().unwrap_or(name));
        return Err(NoLink { name, why: "names an entry of a gallery; there is nothing to read" });
    }
    let Some(query) = rest.strip_prefix("mcp/install?") else { return Err(NoLink::new("no install link")) };
    let client = Format::Vscode;
    if let Some(config) = parameter(query, "config") {
        let json = decoded(config).ok_or(NoLink::new("its config is not UTF-8"))?;
        let name = parameter(query, "name").and_then(decoded);
        let inputs = parameter(query, "inputs").and_then(decoded);
        return Ok(Link { client, name, json: Zeroizing::new(json), inputs });
    }
    let json = decoded(query).ok_or(NoLink::new("it is not UTF-8"))?;
    if !json.trim_start().starts_with('{') {
        return Err(NoLink::new("it has no config"));
    }
    Ok(Link { client, name: None, json: Zeroizing::new(json), inputs: None })
}

fn of_base64(query: &str, client: Format) -> Result<Link, NoLink> {
    let Some(config) = parameter(query, "config") else { return Err(NoLink::new("it has no config")) };
    let config = decoded(config).ok_or(NoLink::new("its config is not UTF-8"))?;
    // A `+` that a form has turned into a blank.
    let config = Zeroizing::new(config.replace(' ', "+"));
    let bytes = STANDARD.decode(config.as_bytes()).or_else(|_| URL_SAFE.decode(config.as_bytes()));
    let json = match bytes.map(String::from_utf8) {
        Ok(Ok(json)) => json,
        // Some write the JSON itself.
        _ if config.starts_with('{') => config.to_string(),
        _ => return Err(NoLink::new("its config is neither base64 nor JSON")),
    };
    Ok(Link {
        client,
        name: parameter(query, "name").and_then(decoded),
        json: Zeroizing::new(json),
        inputs: None,
    })
}

/// The value of a parameter as it is written. It ends at the next `&`.
fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn decoded(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    (!text.contains('\0')).then(|| text.into_owned())
}

/// Links of Cursor that add these entries, one a line.
pub(in crate::formats) fn write(entries: &[(String, Object)]) -> String {
    let mut text = String::new();
    for (name, entry) in entries {
        let json = Zeroizing::new(to_compact(&Json::Object(entry.clone())));
        let config = STANDARD.encode(json.as_bytes());
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let link = "cursor://anysphere.cursor-deeplink/mcp/install?name=";
        text.push_str(&format!("{link}{}&config={}\n", encode(name), encode(&config)));
    }
    text
}
