//! What every kind of problem has.

use std::collections::BTreeSet;

use super::*;

#[test]
fn every_kind_has_a_slug_of_its_own_and_an_error_status() {
    let slugs: BTreeSet<_> = ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
    assert_eq!(slugs.len(), ProblemKind::ALL.len());
    for kind in ProblemKind::ALL {
        assert!(kind.status().is_client_error() || kind.status().is_server_error());
        assert!(!kind.title().is_empty() && kind.advice().ends_with('.'));
    }
}
