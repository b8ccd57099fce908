//! Settings outside the servers: what ours takes never makes the real server refuse its file, and both draw the
//! same lines. The one exception is its table of models, which changes from release to release.

use serde_json::{Value, json};

use crate::constraints::{Case, cases};
use crate::pair::Pair;
use crate::server::SETTINGS;
use crate::site::fixture;

/// What the released server wrote, with an agent of each kind.
const OPENHANDS: &str = "settings/v1.58.0.json";
const ACP: &str = "migrations/v9-acp.out.disk.json";

/// How many patches of several cases are generated.
const GENERATED: usize = 600;

pub(crate) fn both_take_the_same_patches(pair: &Pair) {
    let mut failures = Vec::new();
    let cases = cases();
    for is_acp in [false, true] {
        let baseline = fixture(if is_acp { ACP } else { OPENHANDS });
        let own: Vec<&Case> = cases.iter().filter(|case| case.is_acp == is_acp).collect();
        for case in &own {
            pair.ours.write(&baseline);
            let ours = pair.ours.patch(SETTINGS).json(&case.patch).send().status;
            if ours == 200 && !pair.theirs.reads(&pair.ours.json()) {
                failures.push(format!("{}: ours takes it, and theirs refuses the file", case.at));
            }
            pair.ours.write(&baseline);
            let theirs = pair.theirs.patch_settings(&case.patch);
            if (ours == 200) != (theirs == 200) {
                failures.push(format!("{}: ours {ours}, theirs {theirs}", case.at));
            }
        }
        println!("      {} patches on both services, ACP agent: {is_acp}", own.len());
    }
    assert!(failures.is_empty(), "{}: {failures:#?}", failures.len());
}

pub(crate) fn no_patch_that_ours_takes_costs_the_file(pair: &Pair) {
    let before = fixture(OPENHANDS);
    let cases = cases();
    let mut dice = Dice(0x5eed);
    let (mut taken, mut switches, mut is_acp) = (0, 0, false);
    let mut failures = Vec::new();
    for round in 0..GENERATED {
        if round % 20 == 0 {
            pair.ours.write(&before);
            is_acp = false;
        }
        let patch = if dice.below(8) == 0 {
            is_acp = !is_acp;
            switch(is_acp, dice.below(2) == 0)
        } else {
            let count = 1 + dice.below(4);
            let mut patch = json!({});
            for _ in 0..count {
                let wants_right = dice.below(10) != 0;
                let fitting: Vec<&Case> = cases
                    .iter()
                    .filter(|case| case.is_acp == is_acp && case.is_right == wants_right)
                    .collect();
                merge(&mut patch, &fitting[dice.below(fitting.len())].patch);
            }
            patch
        };
        let is_switch = patch["agent_settings_diff"]["agent_kind"].is_string();
        let status = pair.ours.patch(SETTINGS).json(&patch).send().status;
        if status == 200 {
            taken += 1;
            switches += usize::from(is_switch);
            if !pair.theirs.reads(&pair.ours.json()) {
                failures.push(patch.to_string());
                pair.ours.write(&before);
                is_acp = false;
            }
        } else if is_switch {
            is_acp = !is_acp;
        }
    }
    println!("      {GENERATED} generated patches, {taken} taken, {switches} of them switches of kind");
    assert!(failures.is_empty(), "{}: {failures:#?}", failures.len());
    assert!(taken >= GENERATED / 4 && switches > 10, "{taken} taken, {switches} switches");
}

/// A switch of kind, with or without the members that prevent it.
fn switch(is_acp: bool, is_whole: bool) -> Value {
    let diff = match (is_acp, is_whole) {
        (true, true) => json!({"agent_kind": "acp", "llm": null, "acp_server": "codex"}),
        (true, false) => json!({"agent_kind": "acp"}),
        (false, true) => {
            json!({"agent_kind": "openhands", "llm": {"model": "openai/m"}, "agent_context": {}})
        }
        (false, false) => json!({"agent_kind": "openhands"}),
    };
    json!({"agent_settings_diff": diff})
}

fn merge(own: &mut Value, other: &Value) {
    match (own, other) {
        (Value::Object(own), Value::Object(other)) => {
            for (name, value) in other {
                merge(own.entry(name).or_insert(Value::Null), value);
            }
        }
        (own, other) => *own = other.clone(),
    }
}

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % count
    }
}
