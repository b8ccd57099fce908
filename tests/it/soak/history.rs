//! A round as a history: states, calls with their start, end and answer. It does not know how calls
//! are made and what makes a history right.

use std::time::Instant;

/// What a server is set to. Each write has a text of its own, so that no state ever comes back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Value {
    /// From the PUT that made it; in `args` and, encrypted, in `env`.
    pub(super) put: String,
    /// From the newest PATCH since; in `description`.
    pub(super) patch: Option<String>,
}

/// A server's state; nothing where there is no such server.
pub(super) type State = Option<Value>;

/// What a client asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Read,
    /// PUT with `If-None-Match: *`.
    Create {
        put: String,
    },
    /// PUT with the tag of `on`.
    Put {
        on: Value,
        put: String,
    },
    /// PATCH with the tag of `on`.
    Patch {
        on: Value,
        patch: String,
    },
    /// DELETE with the tag of `on`.
    Delete {
        on: Value,
    },
    /// A renaming with the tag of `on`, as the old name sees it.
    Leave {
        on: Value,
    },
    /// The same, as the new name sees it.
    Arrive {
        on: Value,
    },
}

/// What the response said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// 200 or 404 to a GET.
    Saw(State),
    /// 2xx to a write: what the server is now.
    Done(State),
    /// 412: what the server is instead.
    Stale(State),
    /// 404 to a PATCH, a DELETE or a renaming.
    Absent,
    /// 409 to a renaming: the new name is another's.
    Taken,
    /// 503, which promises that nothing was done.
    Refused,
}

/// A call as its client saw it.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// Which server it was about.
    pub(super) server: usize,
    pub(super) ask: Ask,
    pub(super) began: Instant,
    /// Nothing where the service was killed before it answered.
    pub(super) end: Option<(Instant, Answer)>,
}

impl Value {
    pub(super) fn new(put: impl Into<String>) -> Self {
        Self { put: put.into(), patch: None }
    }

    pub(super) fn patched(&self, patch: impl Into<String>) -> Self {
        Self { put: self.put.clone(), patch: Some(patch.into()) }
    }
}

impl Ask {
    /// From which state to which it leads, if it is a write.
    pub(super) fn step(&self) -> Option<(State, State)> {
        match self {
            Self::Read => None,
            Self::Create { put } => Some((None, Some(Value::new(put)))),
            Self::Put { on, put } => Some((Some(on.clone()), Some(Value::new(put)))),
            Self::Patch { on, patch } => Some((Some(on.clone()), Some(on.patched(patch)))),
            Self::Delete { on } | Self::Leave { on } => Some((Some(on.clone()), None)),
            Self::Arrive { on } => Some((None, Some(on.clone()))),
        }
    }
}

impl Answer {
    /// The state that it says the server is in.
    pub(super) fn state(&self) -> Option<&State> {
        match self {
            Self::Saw(state) | Self::Done(state) | Self::Stale(state) => Some(state),
            Self::Absent => Some(&None),
            Self::Taken | Self::Refused => None,
        }
    }
}

impl Call {
    pub(super) fn answer(&self) -> Option<&Answer> {
        self.end.as_ref().map(|(_, answer)| answer)
    }
}
