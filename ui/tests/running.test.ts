import assert from "node:assert/strict";
import test from "node:test";
import { isFailing, lookOf, needsApproval } from "../src/model/running.ts";
import { status } from "./statuses.ts";

test("each state has a tone and a word, and what is unknown is no fault", () => {
  const look = (more: Parameters<typeof status>[0]) => {
    const { tone, word, since, until } = lookOf(status(more));
    return [tone, word, since, until];
  };
  assert.deepEqual(look({}), ["calm", "idle", null, null]);
  assert.deepEqual(look({ health: "unhealthy" }), ["calm", "idle", null, null], "what does not run has no health");
  assert.deepEqual(look({ state: "running" }), ["calm", "unchecked", null, null]);
  assert.deepEqual(look({ state: "running", health: "healthy" }), ["good", "healthy", 2_000, null]);
  assert.deepEqual(look({ state: "running", health: "degraded" }), ["warning", "degraded", 2_000, null]);
  assert.deepEqual(look({ state: "running", health: "unhealthy" }), ["bad", "unhealthy", 2_000, null]);
  assert.deepEqual(look({ state: "running", health: "auth_required" }), ["warning", "credentials", 2_000, null]);
  assert.deepEqual(look({ state: "error", next_retry_at_ms: 9_000 }), ["bad", "failed", 1_000, 9_000]);
  assert.deepEqual(look({ state: "unapproved", reason: "launch-changed" }), ["warning", "unapproved", null, null]);
  assert.deepEqual(look({ state: "unapproved", reason: "run-off" }), ["calm", "off", null, null]);
  assert.deepEqual(look({ state: "starting" }), ["calm", "starting", 1_000, null]);
  assert.deepEqual(look({ state: "stopping" }), ["calm", "stopping", null, null]);
  assert.deepEqual(look({ state: "disabled" }), ["calm", "disabled", null, null]);
});

test("failing is what should work and does not", () => {
  assert.equal(isFailing(status({ state: "running" })), false);
  assert.equal(isFailing(status({ state: "running", health: "healthy" })), false);
  assert.equal(isFailing(status({ state: "idle", health: "unhealthy" })), false);
  for (const health of ["degraded", "unhealthy", "auth_required"] as const) assert.equal(isFailing(status({ state: "running", health })), true);
  assert.equal(isFailing(status({ state: "error" })), true);
  assert.equal(needsApproval(status({ state: "unapproved", reason: "no-approval" })), true);
  assert.equal(needsApproval(status({ state: "unapproved", reason: "run-off" })), false);
  assert.equal(needsApproval(status({})), false);
});
