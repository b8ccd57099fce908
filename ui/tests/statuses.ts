/** States of instances for tests. */
import type { InstanceStatus } from "../src/api/events.ts";

/** An idle instance, but for what is said. */
export function status(more: Partial<InstanceStatus>): InstanceStatus {
  return {
    name: "one", state: "idle", reason: null, since_ms: 1_000, attention: "none", health: "unknown", health_since_ms: 2_000,
    generation: 1, approved: true, next_retry_at_ms: null, drift: false, ...more,
  };
}
