import assert from "node:assert/strict";
import test from "node:test";
import { effect } from "@preact/signals";
import { isRunOff, isRunner, statusOf, statuses, takeStatuses } from "../src/state/instances.ts";
import { status } from "./statuses.ts";

test("what the stream says first is of all, and what follows of those that differ", () => {
  const drawn: (string | undefined)[] = [];
  const stop = effect(() => void drawn.push(statusOf("a")?.state));
  takeStatuses({ runner: true, instances: [status({ name: "a" }), status({ name: "b" })] }, true);
  takeStatuses({ runner: true, instances: [status({ name: "b", state: "running" })] }, false);
  assert.deepEqual([statuses.value.get("a")?.state, statusOf("b")?.state, isRunner.value], ["idle", "running", true]);
  assert.deepEqual(drawn, [undefined, "idle"], "one that stays is not drawn again");
  takeStatuses({ runner: false, instances: [status({ name: "c", state: "unapproved", reason: "run-off" })] }, true);
  assert.deepEqual([statusOf("a"), statusOf("b"), [...statuses.value.keys()], isRunner.value, isRunOff.value], [null, null, ["c"], false, true]);
  stop();
});
