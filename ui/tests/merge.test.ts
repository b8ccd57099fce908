import assert from "node:assert/strict";
import test from "node:test";
import { set } from "../src/json/pointer.ts";
import { type Json, type JsonObject, equal, isObject } from "../src/json/value.ts";
import { writeJson } from "../src/json/write.ts";
import { type Merged, choose, mergeThree } from "../src/model/merge.ts";
import { MASK } from "../src/model/secret-tables.generated.ts";
import { isSecretAt } from "../src/model/secrets.ts";
import { anyConfig, config } from "./configs.ts";
import { type Random, forAll } from "./random.ts";

const merged = (base: string, theirs: string, mine: string, secrets: string[] | "unknown" = []) =>
  mergeThree(config(base), config(theirs), config(mine), secrets);

/** A merge in short: the draft, and the pointers of what was taken, kept and in conflict. */
function summary({ draft, taken, kept, conflicts }: Merged): string {
  const pointers = (changes: { pointer: string }[]) => changes.map((change) => change.pointer).sort().join(" ");
  return `${writeJson(draft)} taken ${pointers(taken)} kept ${pointers(kept)} conflicts ${pointers(conflicts)}`;
}

test("disjoint changes are merged, and others wait for a choice", () => {
  const table: [string, string, string, string][] = [
    ['{"a":1}', '{"a":2}', '{"a":1,"b":1}', '{"a":2,"b":1} taken /a kept /b conflicts '],
    ['{"a":1}', '{"a":2}', '{"a":3}', '{"a":3} taken  kept  conflicts /a'],
    ['{"a":1}', '{"a":2}', '{"a":2}', '{"a":2} taken  kept  conflicts '],
    ['{"a":1}', "{}", '{"a":2}', '{"a":2} taken  kept  conflicts /a'],
    ['{"a":1}', '{"a":2}', "{}", "{} taken  kept  conflicts /a"],
    ['{"a":1}', "{}", "{}", "{} taken  kept  conflicts "],
    ["{}", '{"a":1}', '{"a":2}', '{"a":2} taken  kept  conflicts /a'],
    ['{"env":{"A":"","B":""}}', '{"env":{"A":""}}', '{"env":{"A":"","B":"","C":""}}', '{"env":{"A":"","C":""}} taken /env/B kept /env/C conflicts '],
    ["{}", '{"tools":{"a":1}}', '{"tools":{"b":2}}', '{"tools":{"b":2,"a":1}} taken /tools/a kept /tools/b conflicts '],
    ['{"args":["a","b"]}', '{"args":["a"]}', '{"args":["a","b","c"]}', '{"args":["a","b","c"]} taken  kept  conflicts /args'],
    ['{"tools":{"a":1}}', "{}", '{"tools":{"a":2}}', '{"tools":{"a":2}} taken  kept  conflicts /tools'],
    ['{"a":{"b":1}}', '{"a":[1]}', '{"a":{"b":1}}', '{"a":[1]} taken /a kept  conflicts '],
    ['{"timeout":30}', '{"timeout":30.0}', '{"timeout":60}', '{"timeout":60} taken  kept /timeout conflicts '],
  ];
  for (const [base, theirs, mine, expected] of table) assert.equal(summary(merged(base, theirs, mine)), expected, `${base} ${theirs} ${mine}`);
});

test("what happened to a secret elsewhere is known only from outside, and never lost in silence", () => {
  const kept = '{"env":{"A":"[REDACTED]"}}';
  const table: [string, string, string, string[] | "unknown", string][] = [
    // They changed it, I keep it: theirs stays.
    [kept, kept, kept, ["/env/A"], `${kept} taken /env/A kept  conflicts `],
    [kept, kept, kept, "unknown", `${kept} taken  kept  conflicts `],
    // They changed it, and I replaced it or took it away.
    [kept, kept, '{"env":{"A":"new"}}', ["/env/A"], '{"env":{"A":"new"}} taken  kept  conflicts /env/A'],
    [kept, kept, '{"env":{"A":"new"}}', ["/env"], '{"env":{"A":"new"}} taken  kept  conflicts /env/A'],
    [kept, kept, '{"env":{"A":"new"}}', [""], '{"env":{"A":"new"}} taken  kept  conflicts /env/A'],
    [kept, kept, '{"env":{}}', ["/env/A"], '{"env":{}} taken  kept  conflicts /env/A'],
    [kept, kept, '{"env":{"A":"new"}}', "unknown", '{"env":{"A":"new"}} taken  kept  conflicts /env/A'],
    // Nobody did anything to it elsewhere.
    [kept, kept, '{"env":{"A":"new"}}', [], '{"env":{"A":"new"}} taken  kept /env/A conflicts '],
    [kept, kept, '{"env":{"A":"new"}}', ["/env/AB", "/url"], '{"env":{"A":"new"}} taken  kept /env/A conflicts '],
    // They took it away.
    [kept, '{"env":{}}', kept, ["/env/A"], '{"env":{}} taken /env/A kept  conflicts '],
    [kept, '{"env":{}}', '{"env":{"A":"new"}}', [], '{"env":{"A":"new"}} taken  kept  conflicts /env/A'],
    // Both added one.
    ["{}", kept, '{"env":{"A":"new"}}', [], '{"env":{"A":"new"}} taken  kept  conflicts /env/A'],
    ['{"env":{}}', kept, '{"env":{"A":"new"}}', [], '{"env":{"A":"new"}} taken  kept  conflicts /env/A'],
    // Another spelling of the mask is the same.
    [kept, kept, '{"env":{"A":"**********"}}', [], `${kept} taken  kept  conflicts `],
  ];
  for (const [base, theirs, mine, secrets, expected] of table) {
    assert.equal(summary(merged(base, theirs, mine, secrets)), expected, `${theirs} ${mine} ${JSON.stringify(secrets)}`);
  }
});

test("a change of a secret is marked as such", () => {
  const { conflicts } = merged('{"env":{"A":"[REDACTED]"},"cwd":"a"}', '{"env":{"A":"[REDACTED]"},"cwd":"b"}', '{"env":{"A":"new"},"cwd":"c"}', ["/env/A"]);
  assert.deepEqual(
    conflicts.map((change) => [change.pointer, change.isSecret, change.theirsChangedSecret]),
    [
      ["/env/A", true, true],
      ["/cwd", false, false],
    ],
  );
});

test("two strategies of authentication don't make a third", () => {
  const base = '{"auth":{"strategy":"bearer","value":"[REDACTED]"}}';
  const theirs = '{"auth":{"strategy":"basic","username":"u","password":"[REDACTED]"}}';
  const mine = '{"auth":{"strategy":"bearer","value":"new"}}';
  const found = merged(base, theirs, mine);
  assert.equal(summary(found), `${mine} taken  kept  conflicts /auth`);
  assert.equal(writeJson(choose(found, new Map([["/auth", "theirs"]]))), theirs);
  assert.equal(summary(merged(base, base, theirs)), `${theirs} taken  kept /auth conflicts `);
  const other = '{"auth":{"strategy":"bearer","value":"[REDACTED]","extra":1}}';
  assert.equal(summary(merged(base, other, mine)), '{"auth":{"strategy":"bearer","value":"new","extra":1}} taken /auth/extra kept /auth/value conflicts ');
});

test("a choice takes theirs, or leaves mine", () => {
  const found = merged('{"a":1,"b":{"c":1},"d":1}', '{"a":2,"b":{"c":2}}', '{"a":3,"b":{"c":3},"d":3}');
  const chosen = choose(found, new Map([["/a", "theirs"], ["/b/c", "mine"], ["/d", "theirs"]]));
  assert.equal(writeJson(chosen), '{"a":2,"b":{"c":3}}');
  assert.equal(writeJson(choose(found, new Map())), '{"a":3,"b":{"c":3},"d":3}');
});

/** What a configuration looks like when it is read: masks for its secrets. */
function asRead(random: Random): JsonObject {
  const full = anyConfig(random);
  return masked(full, full, "");
}

function masked(whole: JsonObject, part: JsonObject, at: string): JsonObject {
  return new Map(
    [...part].map(([name, member]) => {
      const here = `${at}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      return [name, isObject(member) ? masked(whole, member, here) : isSecretAt(whole, here) && here !== "/url" ? MASK : member];
    }),
  );
}

function edited(base: JsonObject, random: Random, places: string[]): JsonObject {
  const draft = places.reduce<Json>((draft, place) => set(draft, place, random.chance(25) ? undefined : random.pick(["typed", "other", ["x"]])), base);
  return isObject(draft) ? draft : base;
}

const PLACES = ["/command", "/description", "/env/A", "/env/API_KEY", "/headers/Cookie", "/extra/x", "/args", "/cwd", "/my_secret"];

test("merging what one side left alone gives the other side", () => {
  forAll(500, (random) => {
    const base = asRead(random);
    const other = edited(base, random, PLACES.filter(() => random.chance(40)));
    const theirs = mergeThree(base, other, base, []);
    assert.ok(equal(theirs.draft, other), `unchanged mine: ${writeJson(other)}`);
    const mine = mergeThree(base, base, other, []);
    assert.ok(equal(mine.draft, other), `unchanged theirs: ${writeJson(other)}`);
    assert.deepEqual([theirs.kept, theirs.conflicts, mine.taken, mine.conflicts].flat(), []);
    assert.ok(equal(mergeThree(base, other, other, []).draft, other), "both did the same");
  });
});

test("changes in different places commute and never conflict", () => {
  forAll(500, (random) => {
    const base = asRead(random);
    const places = random.shuffled(PLACES);
    const half = random.below(places.length);
    const theirs = edited(base, random, places.slice(0, half));
    const mine = edited(base, random, places.slice(half));
    const one = mergeThree(base, theirs, mine, []);
    const two = mergeThree(base, mine, theirs, []);
    // Replacing a whole object and a member in it are no different places.
    if (one.conflicts.length > 0) {
      assert.ok(one.conflicts.every(({ base, theirs, mine }) => [base, theirs, mine].some((value) => isObject(value))), summary(one));
      return;
    }
    assert.ok(equal(one.draft, two.draft), `${summary(one)} and ${summary(two)}`);
  });
});

test("where both changed a place to different things there is a conflict, mine is kept, and theirs can be chosen", () => {
  let conflicts = 0;
  forAll(500, (random) => {
    const base = asRead(random);
    const theirs = edited(base, random, PLACES);
    const mine = edited(base, random, PLACES);
    const found = mergeThree(base, theirs, mine, []);
    conflicts += found.conflicts.length;
    assert.ok(equal(choose(found, new Map()), found.draft));
    const all = choose(found, new Map(found.conflicts.map((change) => [change.pointer, "theirs"])));
    const again = mergeThree(base, theirs, all, []);
    assert.deepEqual(again.conflicts, [], "who chose theirs everywhere has no conflict left");
    for (const change of found.conflicts) {
      assert.ok(!equal(change.theirs, change.mine) && !equal(change.base, change.mine), summary(found));
    }
  });
  assert.ok(conflicts > 500);
});
