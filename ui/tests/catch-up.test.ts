import assert from "node:assert/strict";
import test from "node:test";
import type { Result } from "../src/api/problem.ts";
import type { Row, Shown } from "../src/api/servers.ts";
import { CatchUp } from "../src/state/catch-up.ts";

type Listing = Result<{ rows: Row[]; etag: string } | "unchanged">;

/** A service whose answers come when the test says so, and a page that takes them. */
class World {
  readonly rows = new Map<string, Row>();
  readonly lists: { under: string | undefined; answer: (listing: Listing) => void }[] = [];
  readonly reads: { name: string; answer: (shown: Result<Shown>) => void }[] = [];
  settled = 0;
  failures = 0;
  readonly catchUp = new CatchUp(
    {
      list: (under) => new Promise((answer) => this.lists.push({ under, answer })),
      read: (name) => new Promise((answer) => this.reads.push({ name, answer })),
    },
    {
      listed: (rows, isOvertaken) => {
        for (const name of [...this.rows.keys()]) if (!isOvertaken(name)) this.rows.delete(name);
        for (const row of rows) if (!isOvertaken(row.name)) this.rows.set(row.name, row);
      },
      found: (name, row) => (row === null ? this.rows.delete(name) : this.rows.set(name, row)),
      has: (name, etag) => this.rows.get(name)?.etag === etag,
      failed: () => (this.failures += 1),
      settled: () => (this.settled += 1),
    },
  );

  states(): string[] {
    return [...this.rows.values()].map(({ name, etag }) => `${name}${etag}`).sort();
  }

  async list(etag: string, ...states: string[]): Promise<void> {
    this.lists.shift()?.answer({ ok: { etag, rows: states.map(row) } });
    await quiet();
  }

  async read(state: string): Promise<void> {
    this.reads.shift()?.answer({ ok: { ...row(state), config: new Map() } });
    await quiet();
  }
}

/** `a1`: the server `a` in its state `1`. */
function row(state: string): Row {
  return { name: state.slice(0, 1), etag: state.slice(1), config: new Map(), enabled: true, needsReentry: [] };
}

function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function listed(...states: string[]): Promise<World> {
  const world = new World();
  world.catchUp.wantList();
  world.catchUp.beganAt("L");
  await world.list("L", ...states);
  return world;
}

test("a list that is as the stream began is enough", async () => {
  const world = await listed("a1", "b1");
  assert.deepEqual([world.states(), world.lists.length, world.settled], [["a1", "b1"], 0, 1]);
});

test("a list from before the stream began is asked for again", async () => {
  const world = new World();
  world.catchUp.wantList();
  world.catchUp.beganAt("new");
  await world.list("old", "a1");
  assert.deepEqual([world.lists.length, world.settled], [1, 0]);
  await world.list("new", "a2");
  assert.deepEqual([world.states(), world.lists.length, world.settled], [["a2"], 0, 1]);

  const late = new World();
  late.catchUp.wantList();
  await late.list("old", "a1");
  late.catchUp.beganAt("new");
  await quiet();
  assert.equal(late.lists[0]?.under, "old");
});

test("one change reads one server, many changes read the list once", async () => {
  const world = await listed("a1", "b1");
  world.catchUp.changed("a", "2");
  assert.deepEqual(world.reads.map(({ name }) => name), ["a"]);
  for (const name of ["b", "c", "d", "e"]) world.catchUp.changed(name, "2");
  assert.equal(world.lists.length, 0, "one question at a time");
  await world.read("a2");
  assert.deepEqual([world.lists.length, world.reads.length], [1, 0]);
  await world.list("M", "a2", "b2", "c2", "d2", "e2");
  assert.deepEqual([world.states(), world.lists.length, world.settled], [["a2", "b2", "c2", "d2", "e2"], 0, 2]);
});

test("what is known already is not asked for", async () => {
  const world = await listed("a1");
  world.catchUp.changed("a", "1");
  await quiet();
  assert.deepEqual([world.reads.length, world.lists.length, world.settled], [0, 0, 2]);
});

test("an answer that an event has overtaken is thrown away", async () => {
  const world = await listed("a1", "b1");
  world.catchUp.changed("a", "2");
  world.catchUp.changed("a", null);
  await world.read("a2");
  assert.deepEqual(world.states(), ["b1"], "a removed server has come back");

  world.catchUp.changed("b", "2");
  world.catchUp.changed("b", "3");
  await world.read("b2");
  assert.deepEqual(world.reads.map(({ name }) => name), ["b"]);
  await world.read("b3");
  assert.deepEqual(world.states(), ["b3"]);
});

test("a list that an event has overtaken keeps what the event said", async () => {
  const world = await listed("a1", "b1");
  world.catchUp.wantList();
  world.catchUp.changed("a", null);
  world.catchUp.changed("b", "2");
  await world.list("old", "a1", "b1", "c1");
  assert.deepEqual(world.states(), ["b1", "c1"]);
  await world.read("b2");
  assert.deepEqual(world.states(), ["b2", "c1"]);
});

test("a list is asked for under its tag only while nothing has changed since", async () => {
  const world = await listed("a1");
  world.catchUp.wantList();
  assert.equal(world.lists[0]?.under, "L");
  await world.list("L", "a1");
  world.catchUp.changed("a", "2");
  await world.read("a2");
  world.catchUp.wantList();
  assert.equal(world.lists[0]?.under, undefined);
});

test("what this page has written itself is not overwritten by an older answer", async () => {
  const world = await listed("a1");
  world.catchUp.changed("a", "2");
  world.catchUp.known("a");
  world.rows.set("a", row("a3"));
  await world.read("a2");
  assert.deepEqual(world.states(), ["a3"]);
});

test("after a failure nothing is forgotten", async () => {
  const world = await listed("a1");
  world.catchUp.changed("a", "2");
  world.reads.shift()?.answer({ offline: true });
  await quiet();
  assert.equal(world.reads.length, 0);
  world.catchUp.resume();
  await world.read("a2");
  assert.deepEqual([world.states(), world.settled], [["a2"], 2]);
});

test("a server that can't be read alone is taken from the list", async () => {
  const world = await listed("a1");
  world.catchUp.changed("x", "1");
  world.reads.shift()?.answer({ problem: { type: "/problems/malformed-server", title: "", status: 409, detail: "" } });
  await quiet();
  await world.list("M", "a1", "x1");
  assert.deepEqual([world.states(), world.lists.length + world.reads.length], [["a1", "x1"], 0]);
});

test("a stream that begins after the page has written something is compared with a new list", async () => {
  const world = new World();
  world.catchUp.wantList();
  await world.list("L", "a1");
  // What others did between that list and the stream is reported by neither.
  world.catchUp.known("a");
  world.catchUp.beganAt("M");
  await quiet();
  assert.deepEqual([world.lists.length, world.settled], [1, 1]);
  await world.list("M", "a2", "b1");
  assert.deepEqual([world.states(), world.settled], [["a2", "b1"], 2]);
});

test("a question that got no answer is asked again by itself", async (context) => {
  const world = await listed("a1");
  context.mock.timers.enable({ apis: ["setTimeout"] });
  world.catchUp.changed("a", "2");
  world.reads.shift()?.answer({ offline: true });
  await quiet();
  assert.deepEqual([world.failures, world.reads.length, world.settled], [1, 0, 1]);
  context.mock.timers.tick(5_000);
  await world.read("a2");
  assert.deepEqual([world.states(), world.settled], [["a2"], 2]);
});
