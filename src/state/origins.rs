//! Where servers came from, and what gateways were made to know of them (DESIGN §15). What belongs to a change of the
//! document is intended before it and settled after it: between the two, the document says whether it was made. It does
//! not know documents, gateways, and the clock.

use std::collections::BTreeMap;
use std::fmt;

use super::UnixTime;
use crate::model::SettingsKey;
use crate::model::registration::Origin;

/// What identifies where a server leads, under the key of the state: a digest of its URL, or of its command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination(pub [u8; 32]);

/// What the document has under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Present {
    /// No server.
    Absent,
    /// A server that leads there.
    At(Destination),
    /// A server of which no key opens where it leads.
    Unreadable,
}

/// Where a server came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginRow {
    /// Where.
    pub origin: Origin,
    /// Its place among all, in the order in which they came. 0 until it is stored.
    pub order: u64,
    /// Where the server leads: one under the same name that leads elsewhere is another server, unless we changed it.
    pub destination: Destination,
    /// That it is to go as soon as no gateway knows it.
    pub leaving: Option<Leaving>,
}

/// That somebody wants a server to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Which request: each is tried at once.
    pub ask: String,
    /// Who: the name of the caller.
    pub by: String,
}

/// What is to be remembered of a name if the document comes to have this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Intended {
    pub(super) after: Option<Destination>,
    pub(super) row: Option<OriginRow>,
}

/// A name that is kept free for a server which gateways are asked to take.
#[derive(Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Which request.
    pub ask: String,
    /// Until when it counts.
    pub until: UnixTime,
    /// The provider.
    pub provider_id: String,
    /// The URL. It may hold a secret.
    pub url: String,
}

/// What a gateway was made to know under a name, noted before it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayEntry {
    /// Digests of what it may have, as it was to forward it; the newest last. Empty where it was not called.
    pub digests: Vec<[u8; 32]>,
    /// How far that is known.
    pub state: EntryState,
    /// The request for which it was called last.
    pub ask: Option<String>,
    /// How many calls failed one after the other.
    pub failures: u32,
    /// What kind of failure the last one was.
    pub kind: Option<String>,
    /// Under which id the log has more of it.
    pub error_id: Option<String>,
    /// When the next call is due. Milliseconds since 1970.
    pub next_at_ms: i64,
    /// When this was noted. Milliseconds since 1970.
    pub at_ms: i64,
}

/// How far it is known what a gateway has under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// It may have it.
    Attempted,
    /// It has said that it has it.
    Confirmed,
    /// It has said that it does not have it. A call that comes late may bring it back.
    Gone,
}

/// How a gateway was seen last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenGateway {
    /// Why it could not be asked; none where it answered.
    pub trouble: Option<String>,
    /// When that began.
    pub since_ms: i64,
    /// What it has beside what we made.
    pub unknown: Vec<String>,
}

/// Of which gateway, by its URL, and of which name.
pub type EntryKey = (String, SettingsKey);

/// One change of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginChange {
    /// A change of the document is about to be made.
    Intend {
        /// Of which name.
        name: SettingsKey,
        /// What the document has of it.
        before: Present,
        /// Where the server leads then; nothing where no server is there.
        after: Option<Destination>,
        /// Where it came from then.
        row: Option<OriginRow>,
    },
    /// It was made.
    Settle {
        /// Of which name.
        name: SettingsKey,
        /// Where the server leads now.
        after: Option<Destination>,
    },
    /// A name is reserved, if no other reservation of it counts at this time.
    Reserve {
        /// Which name.
        name: SettingsKey,
        /// For whom.
        reservation: Reservation,
        /// The time.
        now: UnixTime,
    },
    /// A reservation ends.
    Release {
        /// Of which name.
        name: SettingsKey,
        /// Of which request.
        ask: String,
    },
    /// A server that is registered is to go.
    Leave {
        /// Which one.
        name: SettingsKey,
        /// Who wants it.
        leaving: Leaving,
    },
    /// What a gateway was made to know; none where that is forgotten.
    Enter {
        /// Which gateway, and which name.
        key: EntryKey,
        /// What.
        entry: Option<GatewayEntry>,
    },
    /// How a gateway was seen.
    See {
        /// Which one.
        gateway: String,
        /// How.
        seen: SeenGateway,
    },
}

/// All that is remembered of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    pub(super) rows: BTreeMap<SettingsKey, OriginRow>,
    pub(super) intended: BTreeMap<SettingsKey, Intended>,
    /// Names that are kept free.
    pub reservations: BTreeMap<SettingsKey, Reservation>,
    /// What gateways were made to know.
    pub entries: BTreeMap<EntryKey, GatewayEntry>,
    /// How gateways were seen last.
    pub gateways: BTreeMap<String, SeenGateway>,
    /// The last place that was given.
    pub(super) order: u64,
}

impl Origins {
    /// Where the server came from that the document has under this name.
    pub fn of(&self, name: &SettingsKey, present: Present) -> Option<&OriginRow> {
        match self.intended.get(name).filter(|intended| intended.is_made(present)) {
            Some(intended) => intended.row.as_ref(),
            None => self.rows.get(name).filter(|row| match present {
                Present::Absent => false,
                Present::At(destination) => destination == row.destination,
                Present::Unreadable => true,
            }),
        }
    }

    /// What a gateway was made to know of a name.
    pub fn entry(&self, gateway: &str, name: &SettingsKey) -> Option<&GatewayEntry> {
        self.entries.get(&(gateway.to_owned(), name.clone()))
    }

    /// Whether something may be remembered of a name.
    pub fn has(&self, name: &SettingsKey) -> bool {
        self.rows.contains_key(name) || self.intended.contains_key(name)
    }

    /// Every name of which something may be remembered.
    pub fn names(&self) -> impl Iterator<Item = &SettingsKey> {
        let intended = self.intended.keys().filter(|name| !self.rows.contains_key(name));
        self.rows.keys().chain(intended)
    }

    /// The reservation of a name that counts at this time.
    pub fn reservation(&self, name: &SettingsKey, now: UnixTime) -> Option<&Reservation> {
        self.reservations.get(name).filter(|reservation| now < reservation.until)
    }

    /// Makes a change. GatewayEntry again, it changes nothing.
    pub(super) fn apply(&mut self, change: &OriginChange) {
        match change {
            OriginChange::Intend { name, before, after, row } => self.intend(name, *before, *after, row),
            OriginChange::Settle { name, after } => {
                if self.intended.get(name).is_some_and(|intended| intended.after == *after) {
                    self.settle(name);
                }
            }
            OriginChange::Reserve { name, reservation, now } => {
                self.reservations.retain(|_, other| *now < other.until);
                if self.reservations.get(name).is_none_or(|other| other.ask == reservation.ask) {
                    self.reservations.insert(name.clone(), reservation.clone());
                }
            }
            OriginChange::Release { name, ask } => {
                if self.reservations.get(name).is_some_and(|own| own.ask == *ask) {
                    self.reservations.remove(name);
                }
            }
            OriginChange::Leave { name, leaving } => {
                let intended = self.intended.get_mut(name).and_then(|intended| intended.row.as_mut());
                for row in self.rows.get_mut(name).into_iter().chain(intended) {
                    row.leaving = Some(leaving.clone());
                }
            }
            OriginChange::Enter { key, entry } => match entry {
                Some(entry) => drop(self.entries.insert(key.clone(), entry.clone())),
                None => drop(self.entries.remove(key)),
            },
            OriginChange::See { gateway, seen } => {
                self.gateways.insert(gateway.clone(), seen.clone());
            }
        }
    }

    fn intend(
        &mut self,
        name: &SettingsKey,
        before: Present,
        after: Option<Destination>,
        row: &Option<OriginRow>,
    ) {
        let mut row = row.clone();
        let placed = |own: &OriginRow| OriginRow { order: 0, ..own.clone() };
        let is_again = self.intended.get(name).is_some_and(|own| {
            own.after == after && own.row.as_ref().map(placed) == row.as_ref().map(placed)
        });
        if is_again {
            return;
        }
        // What was intended before and made, and what was not, is known for the last time.
        if self.intended.get(name).is_some_and(|own| own.is_made(before)) {
            self.settle(name);
        }
        if let Some(row) = row.as_mut().filter(|row| row.order == 0) {
            self.order += 1;
            row.order = self.order;
        }
        self.intended.insert(name.clone(), Intended { after, row });
    }

    fn settle(&mut self, name: &SettingsKey) {
        match self.intended.remove(name).and_then(|intended| intended.row) {
            Some(row) => drop(self.rows.insert(name.clone(), row)),
            None => drop(self.rows.remove(name)),
        }
    }
}

impl Intended {
    fn is_made(&self, present: Present) -> bool {
        match present {
            Present::Absent => self.after.is_none(),
            Present::At(destination) => self.after == Some(destination),
            Present::Unreadable => false,
        }
    }
}

impl OriginChange {
    /// The name whose rows it changes.
    pub(super) fn name(&self) -> Option<&SettingsKey> {
        match self {
            Self::Intend { name, .. }
            | Self::Settle { name, .. }
            | Self::Reserve { name, .. }
            | Self::Release { name, .. }
            | Self::Leave { name, .. } => Some(name),
            Self::Enter { key, .. } => Some(&key.1),
            Self::See { .. } => None,
        }
    }

    /// Whether an earlier change makes no difference once this one is made.
    pub(super) fn supersedes(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Enter { key, .. }, Self::Enter { key: other, .. }) => key == other,
            (Self::See { gateway, .. }, Self::See { gateway: other, .. }) => gateway == other,
            _ => false,
        }
    }
}

impl EntryState {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Attempted, Self::Confirmed, Self::Gone];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attempted => "attempted",
            Self::Confirmed => "confirmed",
            Self::Gone => "gone",
        }
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ask, until, provider_id, url: _ } = self;
        let mut shown = formatter.debug_struct("Reservation");
        shown.field("ask", ask).field("until", until).field("provider_id", provider_id);
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> SettingsKey {
        SettingsKey::new("x")
    }

    fn at(byte: u8) -> Destination {
        Destination([byte; 32])
    }

    fn row(byte: u8) -> OriginRow {
        OriginRow { origin: Origin::Catalog, order: 0, destination: at(byte), leaving: None }
    }

    fn intend(origins: &mut Origins, before: Present, after: Option<u8>) {
        let change = OriginChange::Intend {
            name: name(),
            before,
            after: after.map(at),
            row: after.map(|byte| match origins.of(&name(), before) {
                Some(own) => OriginRow { destination: at(byte), ..own.clone() },
                None => row(byte),
            }),
        };
        origins.apply(&change);
        let once = origins.clone();
        origins.apply(&change);
        assert_eq!(*origins, once, "made again it changes nothing");
    }

    fn settle(origins: &mut Origins, after: Option<u8>) {
        origins.apply(&OriginChange::Settle { name: name(), after: after.map(at) });
    }

    fn is_known(origins: &Origins, present: Present) -> bool {
        origins.of(&name(), present).is_some()
    }

    #[test]
    fn what_is_intended_counts_exactly_if_the_document_says_that_it_was_made() {
        let mut origins = Origins::default();
        intend(&mut origins, Present::Absent, Some(1));
        assert!(!is_known(&origins, Present::Absent) && !is_known(&origins, Present::At(at(2))));
        assert!(is_known(&origins, Present::At(at(1))));
        settle(&mut origins, Some(1));
        assert!(is_known(&origins, Present::At(at(1))) && is_known(&origins, Present::Unreadable));
        // A change of ours elsewhere carries it on, made or not.
        intend(&mut origins, Present::At(at(1)), Some(2));
        assert!(is_known(&origins, Present::At(at(1))) && is_known(&origins, Present::At(at(2))));
        // It was made, and nobody has settled it before the next one.
        intend(&mut origins, Present::At(at(2)), Some(3));
        assert!(is_known(&origins, Present::At(at(2))) && !is_known(&origins, Present::At(at(1))));
        // It was not made.
        intend(&mut origins, Present::At(at(2)), None);
        assert!(is_known(&origins, Present::At(at(2))) && !is_known(&origins, Present::At(at(3))));
        settle(&mut origins, None);
        assert_eq!((origins.names().count(), origins.order), (0, 1));
    }

    #[test]
    fn another_programs_server_of_the_name_is_not_adopted() {
        let mut origins = Origins::default();
        intend(&mut origins, Present::Absent, Some(1));
        settle(&mut origins, Some(1));
        assert!(!is_known(&origins, Present::At(at(2))));
        // A settlement that comes late says nothing of another intent.
        intend(&mut origins, Present::At(at(1)), Some(2));
        settle(&mut origins, Some(1));
        assert!(is_known(&origins, Present::At(at(2))));
    }

    #[test]
    fn one_reservation_of_a_name_counts_until_its_time() {
        let mut origins = Origins::default();
        let time = UnixTime::from_seconds;
        let mut reserve = |ask: &str, now: i64| {
            let reservation = Reservation {
                ask: ask.to_owned(),
                until: time(now + 60),
                provider_id: "p".to_owned(),
                url: "https://canary".to_owned(),
            };
            assert!(!format!("{reservation:?}").contains("canary"));
            origins.apply(&OriginChange::Reserve { name: name(), reservation, now: time(now) });
            origins.reservation(&name(), time(now)).unwrap().ask.clone()
        };
        assert_eq!(reserve("a", 0), "a");
        assert_eq!(reserve("b", 59), "a");
        assert_eq!(reserve("b", 60), "b");
        origins.apply(&OriginChange::Release { name: name(), ask: "a".to_owned() });
        assert!(origins.reservation(&name(), time(60)).is_some());
        origins.apply(&OriginChange::Release { name: name(), ask: "b".to_owned() });
        assert!(origins.reservation(&name(), time(60)).is_none());
    }

    #[test]
    fn who_wants_a_server_to_go_is_remembered_with_what_is_intended() {
        let mut origins = Origins::default();
        let leave = OriginChange::Leave {
            name: name(),
            leaving: Leaving { ask: "a".to_owned(), by: "ann".to_owned() },
        };
        origins.apply(&leave);
        assert_eq!(origins, Origins::default());
        intend(&mut origins, Present::Absent, Some(1));
        origins.apply(&leave);
        settle(&mut origins, Some(1));
        assert!(origins.of(&name(), Present::At(at(1))).unwrap().leaving.is_some());
    }
}
