//! What an import says of a text, in fixed words: nothing that was read is repeated but names and numbers.

use std::borrow::Cow;

/// A sentence, or a part of one, for the reader of an import.
pub type Words = Cow<'static, str>;

pub(in crate::formats) const ANOTHER_NAME: &str = "another name";
pub(in crate::formats) const SAME_NAME: &str = "the same name twice";
pub(in crate::formats) const SECRET_IN_ARGUMENT: &str = "a secret in an argument";
pub(in crate::formats) const SECRET_IN_TEXT: &str = "a text that seems to hold a secret";
pub(in crate::formats) const PATH_MAY_BE_SECRET: &str = "a path that may be a secret";
pub(in crate::formats) const SHELL_COMMAND: &str = "a shell command: kept, never run";
pub(in crate::formats) const CLIENT_SECRET: &str = "the client secret has to be entered";
pub(in crate::formats) const SSE_BY_DEFAULT: &str = "without a type this client speaks SSE";
pub(in crate::formats) const VARIABLES_FILE: &str = "a file of variables: not read";
pub(in crate::formats) const FILE_NOT_READ: &str = "a file: not read";
pub(in crate::formats) const IN_COMMAND: &str = "a reference in the command: it is not resolved here";
pub(in crate::formats) const BY_SHELL: &str =
    "what a shell puts in its place is not known here: it is taken as it is written";
pub(in crate::formats) const PERMISSION: &str = "a permission: stays with this client";
pub(in crate::formats) const NOT_REPLACED: &str = "this client does not replace $NAME";
pub(in crate::formats) const UNIT_UNKNOWN: &str = "its unit is not documented: kept, not taken over";
pub(in crate::formats) const NOT_BESIDE_AUTHORIZATION: &str = "not beside a header Authorization";
pub(in crate::formats) const LIVE_TOKENS: &str = "live tokens: not taken along unless asked for";
pub(in crate::formats) const KEPT: &str = "kept for this client: nothing of ours means that";
pub(in crate::formats) const AS_TEXT: &str = "a number or a Boolean: taken as a text";
pub(in crate::formats) const BLANKS_IN_COMMAND: &str = "a command with blanks: it is not taken apart";
pub(in crate::formats) const NO_CERTIFICATES: &str = "certificates are not checked";
pub(in crate::formats) const FEW_CLIENTS: &str = "an address that few clients can use";
pub(in crate::formats) const VALUE_NEEDED: &str = "a value is needed";
pub(in crate::formats) const SECRET_NEEDED: &str = "a secret is needed";
pub(in crate::formats) const PLACEHOLDER: &str = "a placeholder: put the real value in its place";
pub(in crate::formats) const MASK: &str = "a mask, not a value: enter the value itself";
pub(in crate::formats) const SEALED: &str =
    "an encrypted value of a settings file: of use only where its key is known, else enter the secret itself";
pub(in crate::formats) const RELATIVE: &str =
    "a relative path: clients disagree about the folder that it is in";

/// That a reference is written in our form, since the client has none that leads there.
pub const NO_REFERENCE: &str = "this client has no such reference: it is written as it is here";

pub(in crate::formats) const TOO_LONG: &str = "a line of more than 1 MiB";
pub(in crate::formats) const TOO_MANY_OTHERS: &str =
    "it has more than 10,000 entries that are not or can't become servers: import a part of it";
pub(in crate::formats) const NUL: &str = "it holds the character NUL";
pub(in crate::formats) const OWN_OF_CLIENT: &str = "the client's own";
pub(in crate::formats) const OWN_OF_APP: &str = "the app's own";
/// Servers of another client in the same text.
pub(in crate::formats) const OTHER_MAP: &str =
    "servers in the form of another client: import this part by itself, or choose the format `plain`";
pub(in crate::formats) const OWN_OF_EDITOR: &str = "the editor's own";
pub(in crate::formats) const NO_SERVERS: &str = "no servers";
pub(in crate::formats) const ADDS_NOTHING: &str = "adds nothing";
pub(in crate::formats) const INSTALLS: &str = "installs or fetches something: no server";
pub(in crate::formats) const NO_SERVER_COMMAND: &str = "a command that is no server";

pub(in crate::formats) const NOT_AN_OBJECT: &str = "a server is an object with a command or a url";
pub(in crate::formats) const BOTH: &str = "a command and a url";
pub(in crate::formats) const NEITHER: &str = "neither a command nor a url";
pub(in crate::formats) const WEB_SOCKET: &str = "no transport of ours is a web socket";
pub(in crate::formats) const UNKNOWN_TRANSPORT: &str = "no transport that is known here";
pub(in crate::formats) const TYPE_IS_WRONG: &str =
    "the type and the members beside it are of different transports";
pub(in crate::formats) const MUST_BE_TEXT: &str = "must be a text";
pub(in crate::formats) const MUST_BE_TEXTS: &str = "must be a list of texts";
pub(in crate::formats) const MUST_BE_MAP: &str = "must be an object of texts";
pub(in crate::formats) const MUST_BE_BOOL: &str = "must be true or false";
pub(in crate::formats) const MUST_BE_NUMBER: &str = "must be a number that is not negative";
