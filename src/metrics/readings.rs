//! What is true at one moment, and is read when somebody asks: what instances do, and whether what is to be kept can be.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::PREFIX;
use super::server_names::choose;
use crate::api::{HealthStatus, InstanceState};

/// What is true at one moment.
#[derive(Clone, Debug)]
pub struct Readings {
    /// The instances of all servers; none where the settings can't be read.
    pub instances: Option<Vec<InstanceReading>>,
    /// Whether this service runs them.
    pub is_runner: bool,
    /// Whether what is remembered is stored as it should be.
    pub is_state_stored: bool,
    /// Every trouble that the state store may have, and whether it has it.
    pub troubles: Vec<(&'static str, bool)>,
}

/// What one instance does.
#[derive(Clone, Debug)]
pub struct InstanceReading {
    /// The name of its server.
    pub name: String,
    /// What it does.
    pub state: InstanceState,
    /// How healthy it is.
    pub health: HealthStatus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Health {
    health: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Server {
    server: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Trouble {
    trouble: &'static str,
}

impl Readings {
    /// Gauges that say it.
    pub(super) fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix(PREFIX);
        for (name, help, is_so) in [
            ("document_readable", "Whether the settings can be read", self.instances.is_some()),
            ("runner", "Whether this service runs the servers", self.is_runner),
            (
                "state_stored",
                "Whether what is remembered beside the settings is stored",
                self.is_state_stored,
            ),
        ] {
            let gauge = Gauge::<i64>::default();
            gauge.set(is_so.into());
            registry.register(name, help, gauge);
        }
        let troubles = Family::<Trouble, Gauge>::default();
        for (trouble, is_so) in &self.troubles {
            troubles.get_or_create(&Trouble { trouble }).set((*is_so).into());
        }
        registry.register("state_troubles", "What keeps it from being stored, or has done so", troubles);
        if let Some(instances) = &self.instances {
            register_instances(instances, &mut registry);
        }
        registry
    }
}

fn register_instances(instances: &[InstanceReading], registry: &mut Registry) {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let by_state = Family::<State, Gauge>::default();
    for own in InstanceState::ALL {
        let count = instances.iter().filter(|instance| instance.state == own).count();
        by_state.get_or_create(&State { state: own.as_str() }).set(number(count));
    }
    registry.register("instances_by_state", "Servers, by what their instances do", by_state);
    let by_health = Family::<Health, Gauge>::default();
    for own in HealthStatus::ALL {
        let count = instances.iter().filter(|instance| instance.health == own).count();
        by_health.get_or_create(&Health { health: own.as_str() }).set(number(count));
    }
    registry.register("instances_by_health", "Servers, by how healthy their instances are", by_health);

    let chosen = choose(instances, |instance| &instance.name);
    let [up, failing] = [(); 2].map(|()| Family::<Server, Gauge>::default());
    for instance in chosen.shown {
        let server = Server { server: instance.name.clone() };
        up.get_or_create(&server).set((instance.state == InstanceState::Running).into());
        failing.get_or_create(&server).set(instance.is_failing().into());
    }
    registry.register("instance_up", "Whether the instance of this server runs", up);
    registry.register("instance_failing", "Whether something is wrong with this server", failing);
    let left_out = Family::<Reason, Gauge>::default();
    for (reason, count) in [("cap", chosen.over_cap), ("name", chosen.by_name)] {
        left_out.get_or_create(&Reason { reason }).set(number(count));
    }
    registry.register("instances_left_out", "Servers without series of their own, by the reason", left_out);
}

impl InstanceReading {
    /// Whether it could not be started, or does not answer as it should. One that nobody needs is not failing.
    fn is_failing(&self) -> bool {
        self.state == InstanceState::Error
            || matches!(self.health, HealthStatus::Unhealthy | HealthStatus::AuthRequired)
    }
}
