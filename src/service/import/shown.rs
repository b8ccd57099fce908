//! The answer to an import: what was found in the text, redacted, and what becomes of it.

use crate::api::{
    self, Fault, IgnoredPart, ImportAction, ImportInput, ImportNote, ImportResult, ImportedReference,
    ImportedServer, RefusedEntry, StoredConfig, TextPlace, findings,
};
use crate::formats::{Ignored, Input, Note, Place, Reference, Refused};
use crate::json::Pointer;
use crate::model::Dialect;
use crate::model::config::of_clear;
use crate::model::suspect::suspects;
use crate::model::validate::Violation;
use crate::projection::cautious_view;
use crate::service::ServiceError;
use crate::service::state_context::StateContext;

use super::entry::{Judged, Obstacle};
use super::plan::{Plan, PlannedEntry};

const KEPT_BESIDE: &str =
    "what only this client understands is kept beside the settings, which have no member for it";

/// What was found and what becomes of each entry, in their order.
pub(super) fn result(
    plan: &Plan,
    servers: Vec<ImportedServer>,
    is_dry_run: bool,
    dialect: Dialect,
) -> ImportResult {
    let refused = |refused: &Refused| RefusedEntry {
        name: refused.name.clone(),
        place: place(&refused.place),
        why: refused.why.clone(),
    };
    let ignored =
        |ignored: &Ignored| IgnoredPart { place: place(&ignored.place), what: ignored.what.clone() };
    let note = |note: &Note| ImportNote {
        server: note.server.clone(),
        place: place(&note.place),
        about: note.about.clone(),
    };
    let has_bag = |entry: &&PlannedEntry| !entry.stored.bag.is_empty() && !entry.is_skipped();
    let beside = plan.entries.iter().filter(|_| dialect == Dialect::Closed).filter(has_bag);
    let beside = beside.map(|entry| ImportNote {
        server: Some(entry.entry.name.clone()),
        place: place(&entry.entry.place),
        about: KEPT_BESIDE.into(),
    });
    ImportResult {
        format: plan.format,
        also_fits: plan.also_fits.clone(),
        is_dry_run,
        servers,
        refused: plan.refused.iter().map(refused).collect(),
        ignored: plan.ignored.iter().map(ignored).collect(),
        notes: plan.notes.iter().map(note).chain(beside).collect(),
    }
}

/// An entry, and what becomes of it. With `shows_values` its configuration is in clear, and as it would be stored: nothing
/// of it is stored already.
pub(super) fn server(
    rules: &StateContext<'_>,
    entry: &PlannedEntry,
    judged: &Judged,
    shows_values: bool,
) -> ImportedServer {
    let clear = rules.in_own_words(&entry.stored.config);
    let mut config = of_clear(&clear);
    rules.references.mark(&mut config);
    let shown = match shows_values {
        true => rules.in_own_words(&entry.config(rules.layout.dialect)),
        false => cautious_view(&config),
    };
    let own = &entry.entry;
    let reference = |reference: &Reference| ImportedReference {
        pointer: reference.pointer.clone(),
        kind: reference.kind,
        name: reference.name.clone(),
    };
    let is_stored = judged.action.is_some_and(|action| action != ImportAction::Skip);
    let is_choice = |obstacle: &Obstacle| matches!(obstacle, Obstacle::Choice(_));
    ImportedServer {
        name: own.name.clone(),
        original_name: own.original_name.clone(),
        place: place(&own.place),
        client: own.client,
        config: StoredConfig::new(&shown.into()),
        kept: own.bag.names().map(str::to_owned).collect(),
        references: own.references.iter().map(reference).collect(),
        inputs: own.inputs.iter().map(input).collect(),
        findings: findings(suspects(&config)),
        stored: judged.found.stored,
        etag: judged.found.etag.clone(),
        difference: judged.found.difference.clone(),
        action: judged.action,
        needs_choice: judged.obstacles.iter().any(is_choice),
        stored_as: is_stored.then(|| entry.target.as_str().to_owned()),
        etag_after: judged.etag_after.clone(),
        errors: judged.obstacles.iter().flat_map(|obstacle| obstacle.faults(&entry.at_config())).collect(),
    }
}

impl Obstacle {
    /// What is wrong.
    fn faults(&self, at_config: &Pointer) -> Vec<Fault> {
        let fault = |Violation { pointer, message }: &Violation| Fault {
            pointer: pointer.clone(),
            message: message.clone().into_owned(),
            ..Fault::default()
        };
        match self {
            Self::Entry(violation) | Self::Stale(violation) | Self::Choice(violation) => {
                vec![fault(violation)]
            }
            Self::Write(error) => error.violations(at_config).iter().map(fault).collect(),
        }
    }
}

impl ServiceError {
    /// What is wrong with a configuration that is shown there, by its places.
    fn violations(&self, at: &Pointer) -> Vec<Violation> {
        let violation = |pointer: &Pointer, message: String| Violation {
            pointer: pointer.clone(),
            message: message.into(),
        };
        match self {
            Self::InvalidSettings(violations) => violations.clone(),
            Self::Refused(refusals) => {
                refusals.iter().map(|own| violation(&own.pointer, own.kind.to_string())).collect()
            }
            Self::BoundSecrets(pointers) => {
                pointers.iter().map(|pointer| violation(pointer, self.to_string())).collect()
            }
            Self::BeyondLimits(fault) => vec![violation(&fault.pointer, fault.kind.to_string())],
            other => vec![violation(at, other.to_string())],
        }
    }
}

fn input(input: &Input) -> ImportInput {
    let default = input.default.as_ref().filter(|_| !input.is_secret);
    ImportInput {
        id: input.id.clone(),
        pointers: input.pointers.clone(),
        description: input.description.clone(),
        is_secret: input.is_secret,
        default: default.map(|text| text.as_str().to_owned()),
        choices: input.choices.clone(),
    }
}

fn place(place: &Place) -> api::TextPlace {
    let Place { at, pointer, position } = place;
    TextPlace { at: at.clone(), pointer: pointer.clone(), line: position.line, column: position.column }
}
