//! Where the servers are in a settings file and what its versions mean: the table of DESIGN §6.1, row by row.
//! It judges the way to the servers; what a server says is not its concern, but for a member `mcpServers`.

use super::new_document::NewDocument;
use super::unreadable::{Unreadable, Within};
use crate::json::{
    Json, Object, RawMember, RawObject, Rules, Style, check, first_byte, line_indent, parse, scan_object,
};
use crate::model::{Access, Dialect, Layout, ReadOnlyReason, Sealing, is_server_value};

/// The newest versions that this build writes.
const NEWEST_ROOT: u64 = 6;
const NEWEST_AGENT: u64 = 9;
/// From this version on the servers are in `mcp_config` itself.
const FIRST_FLAT: u64 = 5;

/// What the table says of a document.
pub(super) struct Located {
    pub(super) layout: Layout,
    pub(super) style: Style,
    pub(super) place: Place,
}

/// Where the servers are.
pub(super) enum Place {
    /// In this object.
    Map(RawObject),
    /// In none yet; this member of this object will have it.
    Missing { parent: RawObject, member: &'static str, value: Object },
    /// The agent variant has no servers.
    Hidden,
}

/// Finds the servers.
pub(super) fn locate(text: &str, new: NewDocument) -> Result<Located, Unreadable> {
    let root = scan_root(text)?;
    let root_version = version(text, &root, Within::Root)?.unwrap_or(0);
    let Some(agent) = child(text, &root, "agent_settings", Within::AgentSettings)? else {
        return locate_in_bare_root(text, root, root_version, new);
    };
    let config = child(text, &agent, "mcp_config", Within::McpConfig)?;
    let agent_version = version(text, &agent, Within::AgentSettings)?;
    let kind = AgentKind::of(text, &agent);

    let style = style_of(text, [config.as_ref(), Some(&agent), Some(&root)]);
    let (dialect, place) = match agent_version.unwrap_or(0) {
        ..FIRST_FLAT => locate_before_flat(text, agent, config)?,
        FIRST_FLAT.. => (Dialect::Closed, locate_flat(text, agent, config)?),
    };
    let style = match &place {
        Place::Map(map) => Style::of(text, map, line_indent(text, map.open)).unwrap_or(style),
        Place::Missing { .. } | Place::Hidden => style,
    };
    let has_collection = kind != AgentKind::Acp || agent_version >= Some(FIRST_FLAT);
    let access = match read_only(root_version, agent_version.unwrap_or(0), kind) {
        Some(reason) => Access::ReadOnly(reason),
        None if has_collection => Access::Writable,
        None => Access::NoCollection,
    };
    let sealing = match agent_version {
        None => Sealing::EverySecret,
        Some(..FIRST_FLAT) => Sealing::EnvAndHeaders,
        Some(FIRST_FLAT..) => Sealing::Listed,
    };
    let layout = Layout { dialect, sealing, access, belongs_to_openhands: agent_version.is_some() };
    Ok(Located { layout, style, place: if has_collection { place } else { Place::Hidden } })
}

/// The object that these names lead to.
pub(super) fn find_object(text: &str, path: &[&str]) -> Option<RawObject> {
    let (open, _) = first_byte(text)?;
    let root = scan_object(text, open).ok()?;
    path.iter().try_fold(root, |object, name| scan_object(text, find(&object, name)?.value.start).ok())
}

/// Row 2.
fn scan_root(text: &str) -> Result<RawObject, Unreadable> {
    match first_byte(text) {
        None => Err(Unreadable::Empty),
        Some((_, _)) if text.starts_with('\u{feff}') => Err(Unreadable::ByteOrderMark),
        Some((open, b'{')) => {
            check(text).map_err(|error| Unreadable::syntax(text, error))?;
            scan(text, open, Within::Root)
        }
        Some(_) => Err(match check(text) {
            Ok(()) => Unreadable::RootNotObject,
            Err(error) => Unreadable::syntax(text, error),
        }),
    }
}

fn scan(text: &str, open: usize, within: Within) -> Result<RawObject, Unreadable> {
    let object = scan_object(text, open).map_err(|error| Unreadable::syntax(text, error))?;
    let mut names: Vec<&str> = object.members.iter().map(|member| member.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Unreadable::DuplicateMember { within, name: pair[0].to_owned() }),
        None => Ok(object),
    }
}

fn find<'a>(object: &'a RawObject, name: &str) -> Option<&'a RawMember> {
    object.members.iter().find(|member| member.name == name)
}

/// A member that must be an object where it is there.
fn child(
    text: &str,
    parent: &RawObject,
    name: &str,
    within: Within,
) -> Result<Option<RawObject>, Unreadable> {
    match find(parent, name) {
        None => Ok(None),
        Some(member) if text.as_bytes()[member.value.start] == b'{' => {
            scan(text, member.value.start, within).map(Some)
        }
        Some(_) => Err(Unreadable::NotAnObject(within)),
    }
}

/// Row 3. Absent and null are no version; one that is too big for a `u64` counts as the biggest.
fn version(text: &str, object: &RawObject, within: Within) -> Result<Option<u64>, Unreadable> {
    let Some(member) = find(object, "schema_version") else { return Ok(None) };
    match &text[member.value.clone()] {
        "null" => Ok(None),
        "-0" => Ok(Some(0)),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(Some(digits.parse().unwrap_or(u64::MAX)))
        }
        _ => Err(Unreadable::BadVersion { within }),
    }
}

/// Rows 4 and 5. A root that is newer than this build is not written to here either.
fn locate_in_bare_root(
    text: &str,
    root: RawObject,
    root_version: u64,
    new: NewDocument,
) -> Result<Located, Unreadable> {
    let stray =
        ["mcpServers", "mcp_config", "agent_kind"].into_iter().find(|name| find(&root, name).is_some());
    if let Some(member) = stray {
        return Err(Unreadable::Bare { member });
    }
    let mut layout = new.layout();
    if let Some(reason) = read_only(root_version, 0, AgentKind::OpenHands) {
        layout.access = Access::ReadOnly(reason);
    }
    let style = style_of(text, [Some(&root), None, None]);
    let place = Place::Missing { parent: root, member: "agent_settings", value: new.agent_settings() };
    Ok(Located { layout, style, place })
}

/// Row 6.
fn read_only(root_version: u64, agent_version: u64, kind: AgentKind) -> Option<ReadOnlyReason> {
    if root_version > NEWEST_ROOT {
        Some(ReadOnlyReason::SchemaVersion)
    } else if agent_version > NEWEST_AGENT {
        Some(ReadOnlyReason::AgentSchemaVersion)
    } else {
        (kind == AgentKind::Unknown).then_some(ReadOnlyReason::AgentKind)
    }
}

/// Rows 7 to 10.
fn locate_before_flat(
    text: &str,
    agent: RawObject,
    config: Option<RawObject>,
) -> Result<(Dialect, Place), Unreadable> {
    let Some(config) = config else {
        let value = Object::from_iter([("mcpServers", Json::from(Object::new()))]);
        return Ok((Dialect::Open, Place::Missing { parent: agent, member: "mcp_config", value }));
    };
    if config.members.is_empty() {
        let place = Place::Missing { parent: config, member: "mcpServers", value: Object::new() };
        return Ok((Dialect::Open, place));
    }
    Ok(match child(text, &config, "mcpServers", Within::McpServers)? {
        Some(map) => (Dialect::Open, Place::Map(map)),
        None => (Dialect::Closed, Place::Map(config)),
    })
}

/// Row 11.
fn locate_flat(text: &str, agent: RawObject, config: Option<RawObject>) -> Result<Place, Unreadable> {
    let Some(map) = config else {
        return Ok(Place::Missing { parent: agent, member: "mcp_config", value: Object::new() });
    };
    if let Some(member) = find(&map, "mcpServers") {
        let value = parse(&text[member.value.clone()], &Rules::STORED);
        if !value.is_ok_and(|value| value.as_object().is_some_and(is_server_value)) {
            return Err(Unreadable::StillWrapped);
        }
    }
    Ok(Place::Map(map))
}

/// The manner of the innermost object that has one.
fn style_of(text: &str, objects: [Option<&RawObject>; 3]) -> Style {
    objects
        .into_iter()
        .flatten()
        .find_map(|object| Style::of(text, object, line_indent(text, object.open)))
        .unwrap_or_else(Style::indented)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AgentKind {
    /// Absent, `openhands`, or `llm`, as it was called before.
    OpenHands,
    Acp,
    Unknown,
}

impl AgentKind {
    fn of(text: &str, agent: &RawObject) -> Self {
        let Some(member) = find(agent, "agent_kind") else { return Self::OpenHands };
        let kind = parse(&text[member.value.clone()], &Rules::STORED);
        match kind.as_ref().ok().and_then(Json::as_str) {
            Some("openhands" | "llm") => Self::OpenHands,
            Some("acp") => Self::Acp,
            _ => Self::Unknown,
        }
    }
}
