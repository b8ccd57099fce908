//! References in the texts of other clients: in which forms each client writes them, where they are in a text, and how a
//! reference of ours is written for a client. Nothing is resolved.

use std::fmt;
use std::ops::Range;

use crate::json::{Pointer, Text};
use crate::model::reference::{Piece, Source, Template, has_reference, is_variable};

/// What a reference leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKind {
    /// A variable of the environment.
    Env,
    /// One in the form of Windows: `%NAME%`.
    EnvWindows,
    /// What the client asks its user for.
    Input,
    /// A file.
    File,
    /// An entry of a key ring.
    Keyring,
    /// A secret that the client's vendor keeps.
    Secret,
    /// What the client knows of its user.
    User,
    /// What the client defines, such as a folder.
    Predefined,
    /// A variable of a template.
    Template,
}

impl ReferenceKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Env,
        Self::EnvWindows,
        Self::Input,
        Self::File,
        Self::Keyring,
        Self::Secret,
        Self::User,
        Self::Predefined,
        Self::Template,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::EnvWindows => "env-windows",
            Self::Input => "input",
            Self::File => "file",
            Self::Keyring => "keyring",
            Self::Secret => "secret",
            Self::User => "user",
            Self::Predefined => "predefined",
            Self::Template => "template",
        }
    }
}

impl fmt::Display for ReferenceKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A reference in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The place of the text that it is in, in the configuration.
    pub pointer: Pointer,
    /// What it leads to.
    pub kind: ReferenceKind,
    /// The name of what it leads to.
    pub name: String,
    /// What is taken where there is nothing. It may be a secret.
    pub default: Option<Text>,
}

impl Reference {
    /// How many bytes its texts have.
    pub(in crate::formats) fn bytes(&self) -> usize {
        let default = self.default.as_ref().map_or(0, |text| text.as_str().len());
        self.pointer.as_str().len() + self.name.len() + default
    }
}

/// A form of references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Form {
    /// `${NAME}`
    Braces,
    /// `${NAME}` and `${NAME:-default}`
    BracesWithDefault,
    /// `${env:NAME}`
    EnvWord,
    /// `$NAME`
    Bare,
    /// `$env:NAME`
    PowerShell,
    /// `%NAME%`
    Percent,
    /// `{env:NAME}`
    CurlyEnv,
    /// `${file:PATH}`
    FileWord,
    /// `{file:PATH}`
    CurlyFile,
    /// `${input:ID}`
    InputWord,
    /// `${{ secrets.NAME }}` and `${{ inputs.NAME }}`
    Expressions,
    /// `{{NAME}}`
    Mustache(ReferenceKind),
    /// `${NAME}` of names that the client defines.
    Predefined(&'static [&'static str]),
}

/// A reference in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::formats) struct Found<'t> {
    pub(in crate::formats) range: Range<usize>,
    pub(in crate::formats) kind: ReferenceKind,
    pub(in crate::formats) name: &'t str,
    pub(in crate::formats) default: Option<&'t str>,
}

/// The member in whose text no reference is resolved.
const COMMAND: &str = "command";

/// What some client defines itself.
const DEFINED: &[Form] = &[Form::Predefined(&[
    "workspaceFolder",
    "workspaceFolderBasename",
    "userHome",
    "pathSeparator",
    "/",
    "fileBasename",
    "fileDirname",
    "relativeFile",
    "execPath",
    "defaultBuildTask",
])];

/// How much of a text is looked through for the end of a reference. Bytes.
const LONGEST: usize = 1024;

/// The references in a text, in their order.
pub(in crate::formats) fn find<'t>(text: &'t str, forms: &[Form]) -> Vec<Found<'t>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = memchr::memchr3(b'$', b'{', b'%', &text.as_bytes()[at..]) {
        let start = at + next;
        match forms.iter().find_map(|form| form.read(text, start)) {
            Some(reference) => {
                at = reference.range.end;
                found.push(reference);
            }
            None => at = start + 1,
        }
    }
    found
}

impl Form {
    fn read<'t>(self, text: &'t str, start: usize) -> Option<Found<'t>> {
        let rest = &text[start..];
        let between = |open: &str, close: &str| {
            let inside = rest.strip_prefix(open)?;
            let limit = inside.floor_char_boundary(LONGEST);
            let end = inside[..limit].find(close)?;
            // An inner one is read for itself.
            (!inside[..end].contains(['{', '\n'])).then_some((&inside[..end], open.len() + end + close.len()))
        };
        let found =
            |kind, name, default, length| Some(Found { range: start..start + length, kind, name, default });
        match self {
            Self::Braces | Self::BracesWithDefault => {
                let (inside, length) = between("${", "}")?;
                let (name, default) = match inside.split_once(":-") {
                    Some((name, default)) if self == Self::BracesWithDefault => (name, Some(default)),
                    _ => (inside, None),
                };
                is_variable(name).then(|| found(ReferenceKind::Env, name, default, length))?
            }
            Self::EnvWord | Self::CurlyEnv => {
                let (inside, length) = between(if self == Self::EnvWord { "${env:" } else { "{env:" }, "}")?;
                let name = inside.trim_matches(' ');
                is_variable(name).then(|| found(ReferenceKind::Env, name, None, length))?
            }
            Self::Bare | Self::PowerShell => {
                let sign = if self == Self::Bare { "$" } else { "$env:" };
                let inside = rest.strip_prefix(sign)?;
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                let length = inside.bytes().take_while(is_part).count();
                let name = &inside[..length];
                is_variable(name).then(|| found(ReferenceKind::Env, name, None, sign.len() + length))?
            }
            Self::Percent => {
                let (name, length) = between("%", "%")?;
                is_variable(name).then(|| found(ReferenceKind::EnvWindows, name, None, length))?
            }
            Self::FileWord | Self::CurlyFile => {
                let (path, length) = between(if self == Self::FileWord { "${file:" } else { "{file:" }, "}")?;
                (!path.is_empty()).then(|| found(ReferenceKind::File, path, None, length))?
            }
            Self::InputWord => {
                let (id, length) = between("${input:", "}")?;
                (!id.is_empty()).then(|| found(ReferenceKind::Input, id, None, length))?
            }
            Self::Expressions => {
                let (inside, length) = between("${{", "}}")?;
                let inside = inside.trim();
                let secret = inside.strip_prefix("secrets.").map(|name| (ReferenceKind::Secret, name));
                let (kind, name) = secret
                    .or_else(|| inside.strip_prefix("inputs.").map(|name| (ReferenceKind::Input, name)))?;
                found(kind, name, None, length)
            }
            Self::Mustache(kind) => {
                let (inside, length) = between("{{", "}}")?;
                let name = inside.trim();
                let is_name = !name.is_empty() && !name.contains(char::is_whitespace);
                is_name.then(|| found(kind, name, None, length))?
            }
            Self::Predefined(names) => {
                let (name, length) = between("${", "}")?;
                let word = name.split(':').next().unwrap_or(name);
                names.contains(&word).then(|| found(ReferenceKind::Predefined, name, None, length))?
            }
        }
    }

    /// A reference to a variable in this form; none where it can't say that.
    fn write(self, name: &str, default: Option<&str>) -> Option<String> {
        match (self, default) {
            (Self::BracesWithDefault, Some(default)) => Some(format!("${{{name}:-{default}}}")),
            (Self::Braces | Self::BracesWithDefault, None) => Some(format!("${{{name}}}")),
            (Self::EnvWord, None) => Some(format!("${{env:{name}}}")),
            (Self::CurlyEnv, None) => Some(format!("{{env:{name}}}")),
            _ => None,
        }
    }

    fn write_file(self, path: &str) -> Option<String> {
        match self {
            Self::FileWord => Some(format!("${{file:{path}}}")),
            Self::CurlyFile => Some(format!("{{file:{path}}}")),
            _ => None,
        }
    }
}

/// What a shell replaces.
const OF_SHELLS: &[Form] = &[Form::PowerShell, Form::EnvWord, Form::BracesWithDefault, Form::Bare];

/// The reference that a shell replaces which meets the sign at this byte.
pub(in crate::formats) fn of_shell(text: &str, at: usize) -> Option<Found<'_>> {
    OF_SHELLS.iter().find_map(|form| form.read(text, at))
}

/// A word of a command in our form: what a shell would replace at these signs is a reference, all else is literal. With
/// the references, and whether there is one that ours has no form for.
pub(in crate::formats) fn word_into_ours(
    text: &str,
    signs: &[usize],
) -> (String, Vec<(String, Option<Text>)>, bool) {
    let (mut ours, mut references, mut is_lost) = (String::with_capacity(text.len()), Vec::new(), false);
    let mut at = 0;
    for sign in signs {
        if *sign < at {
            continue;
        }
        // Behind another sign it would be one that is escaped.
        let found = of_shell(text, *sign).filter(|found| {
            is_one_reference(&reference(found.name, found.default)) && !text[at..*sign].ends_with('$')
        });
        let Some(found) = found else {
            // One alone is a sign like any other.
            is_lost |= text[sign + 1..]
                .starts_with(|next: char| next.is_ascii_alphanumeric() || "{_@*#?!$-".contains(next));
            continue;
        };
        ours.push_str(&escaped(&text[at..found.range.start]));
        ours.push_str(&reference(found.name, found.default));
        references.push((found.name.to_owned(), found.default.map(|text| Text::new(text.to_owned()))));
        at = found.range.end;
    }
    ours.push_str(&escaped(&text[at..]));
    (ours, references, is_lost)
}

/// Whether we would read a text as one reference.
fn is_one_reference(written: &str) -> bool {
    Template::parse(written).is_ok_and(|template| matches!(template.pieces(), [Piece::Reference(_)]))
}

/// A reference to a variable in our form.
fn reference(name: &str, default: Option<&str>) -> String {
    match default {
        None => format!("${{{name}}}"),
        Some(default) => format!("${{{name}:-{default}}}"),
    }
}

/// A client's text in our form: its references of a kind that we have are ours, all else is literal.
pub(in crate::formats) fn into_ours(text: &str, forms: &[Form]) -> String {
    let mut ours = String::with_capacity(text.len());
    let mut at = 0;
    for found in find(text, forms) {
        let written = match found.kind {
            ReferenceKind::Env => reference(found.name, found.default),
            ReferenceKind::File => format!("${{file:{}}}", found.name),
            _ => continue,
        };
        // What we would not read as one reference stays a text; behind a `$` it would be one that is escaped.
        let before = &text[at..found.range.start];
        if is_one_reference(&written) && !before.ends_with('$') {
            ours.push_str(&escaped(before));
            ours.push_str(&written);
            at = found.range.end;
        }
    }
    ours.push_str(&escaped(&text[at..]));
    ours
}

/// The same for a text of this member. A command is no template here: in one without a reference that we have nothing is
/// escaped, and what the client defines itself, such as a folder, stays as it is. So it is still what would be run.
pub(in crate::formats) fn member_into_ours(member: &str, text: &str, forms: &[Form]) -> String {
    if member != COMMAND {
        return into_ours(text, forms);
    }
    let mut ours = String::with_capacity(text.len());
    let mut is_ours = false;
    let mut add = |text: &str, ours: &mut String| {
        let piece = into_ours(text, forms);
        is_ours |= has_reference(&piece);
        ours.push_str(&piece);
    };
    let mut at = 0;
    for own in find(text, forms).into_iter().filter(|own| own.kind == ReferenceKind::Predefined) {
        add(&text[at..own.range.start], &mut ours);
        ours.push_str(&text[own.range.clone()]);
        at = own.range.end;
    }
    add(&text[at..], &mut ours);
    if is_ours { ours } else { text.to_owned() }
}

/// The variable that a text of ours is nothing but a reference to.
pub(in crate::formats) fn sole_variable(ours: &str) -> Option<String> {
    let template = Template::parse(ours).ok()?;
    match template.pieces() {
        [Piece::Reference(reference)] if reference.default.is_none() => match reference.source {
            Source::Environment { name, .. } => Some(name.to_owned()),
            Source::File(_) | Source::Vault { .. } => None,
        },
        _ => None,
    }
}

/// A literal text in our form.
fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}

/// A text of ours for a client.
pub(in crate::formats) struct Written {
    pub(in crate::formats) text: String,
    /// Whether a reference has no form there, and was written in ours.
    pub(in crate::formats) is_lost: bool,
    /// Whether the client will take a literal part of it for a reference.
    pub(in crate::formats) is_mistaken: bool,
}

/// A reference to a variable in the first of a client's forms that has one.
pub(in crate::formats) fn variable(name: &str, forms: &[Form]) -> Option<String> {
    forms.iter().find_map(|form| form.write(name, None))
}

/// Writes a text of ours in a client's forms.
pub(in crate::formats) fn from_ours(ours: &str, forms: &[Form]) -> Written {
    let Ok(template) = Template::parse(ours) else {
        let is_mistaken = !find(ours, forms).is_empty();
        return Written { text: ours.to_owned(), is_lost: !is_mistaken, is_mistaken };
    };
    let mut written = Written { text: String::new(), is_lost: false, is_mistaken: false };
    let mut count = 0;
    for piece in template.pieces() {
        match piece {
            Piece::Text(text) => written.text.push_str(text),
            Piece::Reference(reference) => {
                let theirs = match reference.source {
                    Source::Environment { name, .. } => {
                        forms.iter().find_map(|form| form.write(name, reference.default))
                    }
                    Source::File(path) => forms.iter().find_map(|form| form.write_file(path)),
                    Source::Vault { .. } => None,
                };
                count += usize::from(theirs.is_some());
                written.is_lost |= theirs.is_none();
                written.text.push_str(&theirs.unwrap_or_else(|| reference.to_string()));
            }
        }
    }
    // What was written must be found there again, and nothing else.
    written.is_mistaken = find(&written.text, forms).len() != count;
    written
}

/// The same for a text of this member. What only other clients define is lost.
pub(in crate::formats) fn member_from_ours(member: &str, ours: &str, forms: &[Form]) -> Written {
    let mut written = if member == COMMAND { command_from_ours(ours, forms) } else { from_ours(ours, forms) };
    let own = find(&written.text, forms);
    let is_foreign = |defined: &Found<'_>| !own.iter().any(|own| own.range == defined.range);
    written.is_lost |= find(&written.text, DEFINED).iter().any(is_foreign);
    written
}

fn command_from_ours(ours: &str, forms: &[Form]) -> Written {
    let own = find(ours, forms);
    if !has_reference(ours) {
        return Written { text: ours.to_owned(), is_lost: false, is_mistaken: !own.is_empty() };
    }
    let mut written = Written { text: String::new(), is_lost: false, is_mistaken: false };
    let add = |text: &str, written: &mut Written| {
        let piece = from_ours(text, forms);
        written.text.push_str(&piece.text);
        written.is_lost |= piece.is_lost;
        written.is_mistaken |= piece.is_mistaken;
    };
    let mut at = 0;
    for defined in find(ours, DEFINED) {
        add(&ours[at..defined.range.start], &mut written);
        written.text.push_str(&ours[defined.range.clone()]);
        let is_own = |own: &Found<'_>| own.kind == ReferenceKind::Predefined && own.range == defined.range;
        written.is_lost |= !own.iter().any(is_own);
        at = defined.range.end;
    }
    add(&ours[at..], &mut written);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    const VSCODE: &[Form] =
        &[Form::InputWord, Form::EnvWord, Form::Predefined(&["workspaceFolder", "userHome", "config"])];
    const GEMINI: &[Form] = &[Form::BracesWithDefault, Form::Bare, Form::Percent];

    fn names(text: &str, forms: &[Form]) -> Vec<(ReferenceKind, String, Option<String>)> {
        let own = |found: Found<'_>| (found.kind, found.name.to_owned(), found.default.map(str::to_owned));
        find(text, forms).into_iter().map(own).collect()
    }

    #[test]
    fn each_client_has_its_own_forms() {
        use ReferenceKind::*;
        let one = |kind, name: &str| vec![(kind, name.to_owned(), None)];
        assert_eq!(names("Bearer ${input:t-k} ${T} $T", VSCODE), one(Input, "t-k"));
        assert_eq!(names("${workspaceFolder}/x", VSCODE), one(Predefined, "workspaceFolder"));
        assert_eq!(names("${config:a.b}", VSCODE), one(Predefined, "config:a.b"));
        assert_eq!(names("a $T-x %B% 100% ${env:T}", GEMINI).len(), 2);
        assert_eq!(names("${A:-b c}", GEMINI), vec![(Env, "A".to_owned(), Some("b c".to_owned()))]);
        assert_eq!(names("{env:A}{file:~/x}", &[Form::CurlyEnv, Form::CurlyFile]).len(), 2);
        assert_eq!(names("${{ secrets.A }}", &[Form::Expressions]), one(Secret, "A"));
        assert_eq!(names("{{ A }} {B}", &[Form::Mustache(User)]), one(User, "A"));
        assert_eq!(
            names("${ ${é ${env:} %% $ {", &[Form::Braces, Form::EnvWord, Form::Bare, Form::Percent]),
            vec![]
        );
        assert_eq!(names("${A:-${B}}", GEMINI), one(Env, "B"));
    }

    #[test]
    fn a_text_of_a_client_means_the_same_in_our_form() {
        for (theirs, forms, ours) in [
            ("Bearer ${env:T}", VSCODE, "Bearer ${T}"),
            ("${T}", VSCODE, "$${T}"),
            ("\"$${env:T} ${env:U}", VSCODE, "\"$$${env:T} ${U}"),
            ("$${T}", GEMINI, "$$${T}"),
            ("$$T", GEMINI, "$$T"),
            ("${input:x}", VSCODE, "$${input:x}"),
            ("$T and %T%", GEMINI, "${T} and %T%"),
            ("${file:/run/x}", &[Form::FileWord], "${file:/run/x}"),
            ("${file:~/x}", &[Form::FileWord], "$${file:~/x}"),
        ] {
            assert_eq!(into_ours(theirs, forms), ours);
        }
    }

    #[test]
    fn a_text_of_ours_is_written_for_a_client_or_the_loss_is_known() {
        for (ours, forms, theirs, is_lost, is_mistaken) in [
            ("Bearer ${T}", VSCODE, "Bearer ${env:T}", false, false),
            ("${T:-x}", VSCODE, "${T:-x}", true, false),
            ("$${env:T}", VSCODE, "${env:T}", false, true),
            ("${vault:a/b#c}", GEMINI, "${vault:a/b#c}", true, false),
            ("pay $5, ${T}", GEMINI, "pay $5, ${T}", false, false),
            ("$HOME", GEMINI, "$HOME", false, true),
            ("${", GEMINI, "${", true, false),
        ] {
            let written = from_ours(ours, forms);
            assert_eq!(
                (written.text.as_str(), written.is_lost, written.is_mistaken),
                (theirs, is_lost, is_mistaken)
            );
        }
    }
}
