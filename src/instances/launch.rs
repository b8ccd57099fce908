//! What is started or connected to, in the clear: every reference is resolved. It does not know who approved it, and how
//! a program is found.

use crate::model::launch::Transport;
use crate::secrets::Plaintext;

/// A launch whose references are resolved.
#[derive(Clone, Debug)]
pub enum ResolvedLaunch {
    /// A program.
    Program(Program),
    /// A server that runs already.
    Remote(Remote),
}

/// A program, spoken to over its standard streams.
#[derive(Clone, Debug)]
pub struct Program {
    /// A bare name, or an absolute path.
    pub command: String,
    /// Its arguments.
    pub args: Vec<Plaintext>,
    /// What is set in its environment, over what it gets of ours.
    pub env: Vec<(String, Plaintext)>,
    /// Where it is started; nothing for a private folder of its own.
    pub cwd: Option<String>,
}

/// A server that runs already.
#[derive(Clone, Debug)]
pub struct Remote {
    /// Where it is. It may hold credentials.
    pub url: Plaintext,
    /// What is sent with every request, credentials of `auth` included.
    pub headers: Vec<(String, Plaintext)>,
    /// How it is spoken to.
    pub transport: Transport,
}

/// A launch that can be started, and what must not be shown of what comes back.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What to start.
    pub launch: ResolvedLaunch,
    /// Every secret in it.
    pub secrets: Vec<Plaintext>,
}
