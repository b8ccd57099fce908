/** The page's tables and verdicts, held against the service that decides. */
import assert from "node:assert/strict";
import test from "node:test";
import { get, pointer, set } from "../src/json/pointer.ts";
import { type Json, type JsonObject, equal, isObject } from "../src/json/value.ts";
import { writeJson } from "../src/json/write.ts";
import { masksOfNothing, unboundSecrets } from "../src/model/destination.ts";
import { isServerName } from "../src/model/name.ts";
import { isMask, looksMasked } from "../src/model/masks.ts";
import { keptSecrets, secretLeaves } from "../src/model/secrets.ts";
import { PAIR_FLAGS, TOKEN_PREFIXES, USER_FLAGS } from "../src/model/secret-tables.generated.ts";
import { suspects } from "../src/model/suspects.ts";
import { anyConfig } from "./configs.ts";
import type { Random } from "./random.ts";
import { type Answer, type Dialect, call, configOf, errorPointers, forSeeds, item } from "./service.ts";

for (const dialect of ["open", "closed"] as const) {
  test(`the service masks exactly the leaves that the page's table names, in the ${dialect} dialect`, async () => {
    const seen = { configs: 0, leaves: 0 };
    await forSeeds(150, "masked", async (random, server, seed) => {
      const config = anyConfig(random, dialect);
      const answer = await call("PUT", server, config, { dialect });
      const context = `${seed}: ${writeJson(answer.body)} for ${writeJson(config)}`;
      if (isNoSuchMember(answer, dialect)) return;
      assert.ok(answer.status < 300, context);
      // The closed dialect translates what it is sent, so that what it shows is looked at, not what was sent.
      const shown = configOf(answer);
      const leaves = secretLeaves(dialect === "open" ? config : shown);
      if (dialect === "open") assert.deepEqual(changedLeaves(config, shown).sort(), leaves.sort(), context);
      assert.deepEqual(keptSecrets(shown).sort(), leaves.sort(), context);
      seen.configs += 1;
      seen.leaves += leaves.length;
    });
    assert.ok(seen.configs > 40 && seen.leaves > 100, JSON.stringify(seen));
  });
}

/** Whether the closed dialect has refused what only the open one has. */
function isNoSuchMember(answer: Answer, dialect: Dialect): boolean {
  return dialect === "closed" && answer.body.get("type") === "/problems/invalid-config";
}

/** Where what is shown is another value than what was sent. */
function changedLeaves(sent: Json, answered: Json | undefined, at = ""): string[] {
  if (isObject(sent)) {
    return [...sent].flatMap(([name, member]) => changedLeaves(member, get(answered ?? null, pointer(name)), at + pointer(name)));
  }
  if (Array.isArray(sent)) {
    return sent.flatMap((element, index) => changedLeaves(element, get(answered ?? null, pointer(index)), at + pointer(index)));
  }
  return equal(sent, answered) ? [] : [at];
}

for (const dialect of ["open", "closed"] as const) {
  test(`the page's verdict on kept secrets is the service's, in the ${dialect} dialect`, async () => {
    const seen = { bound: 0, free: 0, stricter: 0 };
    await forSeeds(240, "bound", async (random, server, seed) => {
      const mayReveal = random.chance(50);
      const made = await call("PUT", server, anyConfig(random, dialect), { dialect });
      if (isNoSuchMember(made, dialect)) return;
      assert.ok(made.status < 300, writeJson(made.body));
      const base = configOf(made);
      const draft = edited(base, random);
      // Other refusals come first, and hide what the service says of kept secrets.
      if (masksOfNothing(base, draft).length > 0 || arraysDiffer(base, draft)) return;
      const foreseen = unboundSecrets(base, draft, mayReveal);
      const answer = await call("PUT", `${server}?dry_run=true`, draft, { mayReveal, dialect });
      const context = `${seed}, ${mayReveal}: ${writeJson(base)} to ${writeJson(draft)}: ${answer.status} ${writeJson(answer.body)}`;
      if (answer.body.get("type") === "/problems/bound-secret") {
        assert.deepEqual(foreseen?.pointers.sort(), errorPointers(answer).sort(), context);
        seen.bound += 1;
      } else if (answer.status < 300 && foreseen !== null) {
        // An empty member and none are one state in the closed dialect; the page, which knows no dialect, is stricter.
        assert.ok(dialect === "closed" && !mayReveal, context);
        seen.stricter += 1;
      } else if (answer.status < 300) {
        seen.free += 1;
      } else {
        assert.ok(["/problems/invalid-config", "/problems/unrestorable-mask"].includes(String(answer.body.get("type"))), context);
      }
    });
    assert.ok(seen.bound > 15 && seen.free > 15 && seen.stricter < 10, JSON.stringify(seen));
  });
}

/** A draft made of what the service shows: the destination, or anything else, may change. */
function edited(base: JsonObject, random: Random): JsonObject {
  let draft: Json = new Map(base);
  const edit = (at: string, value: Json | undefined) => {
    draft = set(draft, at, value);
  };
  const urls = ["https://h.example/other", "https://H.example:443/", "https://g.example/mcp", "http://h.example:8080/x", "not-a-url", "wss://h.example/"];
  for (let count = random.below(3); count >= 0; count--) {
    switch (random.below(8)) {
      case 0:
        edit("/url", random.pick(urls));
        break;
      case 1:
        edit("/command", random.pick(["npx", "uvx", "other"]));
        break;
      case 2:
        edit(random.pick(["/command", "/url"]), undefined);
        break;
      case 3:
        edit("/description", "edited");
        break;
      case 4:
        edit("/args", random.chance(50) ? [] : ["--edited"]);
        break;
      case 5:
        edit("/env/MODE", "typed");
        break;
      case 6:
        edit(random.pick(secretLeaves(base).concat("/env/NEW")), "typed again");
        break;
      default:
        edit("/transport", base.has("command") ? "stdio" : "http");
    }
  }
  return isObject(draft) ? draft : base;
}

/** Masks in an array are kept only while its other elements are as they were: that is another rule. */
function arraysDiffer(base: JsonObject, draft: JsonObject): boolean {
  return keptSecrets(draft).some((at) => {
    const array = at.split("/").findIndex((_, index, names) => Array.isArray(get(base, names.slice(0, index).join("/"))));
    const whole = at.split("/").slice(0, Math.max(array, 0)).join("/");
    return array > 0 && !equal(get(base, whole), get(draft, whole));
  });
}

test("the service takes the names that the page takes, and no others", async () => {
  const names = ["a", "a.b", "@scope:x-1_2", "...", "a".repeat(128), "a b", "a/b", "é", "a\n", "a".repeat(129), "%41", "a?b", "a+b", "😀"];
  for (const name of names) {
    const answer = await call("PUT", `${item(name)}?dry_run=true`, new Map([["command", "x"]]));
    assert.equal(answer.status === 201, isServerName(name) === null, JSON.stringify(name));
  }
});

/** Masks in the forms of others. */
const FOREIGN = ["[redacted]", "*********", "**********x", " **********", "••••", "a●●●b", "Bearer [REDACTED]", "xxxx", "%5BREDACTED%5D", "***redacted***", "\\u003credacted\\u003E", "&lt;Redacted&gt;", "a&#8226;&#8226;&bull;b", "\\\"&#91;redacted&#93;\\\"", "\u00a0(redacted)\u0085"];

test("a mask is what the service takes for one", async () => {
  await call("PUT", item("mask"), new Map([["command", "x"]]));
  for (const text of ["[REDACTED]", "<redacted>", "**********", "*".repeat(40), ...FOREIGN, "a***b", "xx", "**", "a redacted note"]) {
    const draft: JsonObject = new Map<string, Json>([["command", "x"], ["env", new Map([["A", text]])]]);
    const answer = await call("PUT", `${item("mask")}?dry_run=true`, draft);
    assert.equal(answer.body.get("type") === "/problems/unrestorable-mask", isMask(text) || looksMasked(text), text);
  }
});

test("the page suspects what the service suspects, for the same reason", async () => {
  const seen = { none: 0, some: 0, reasons: new Set<string>() };
  await forSeeds(400, "suspected", async (random, server, seed) => {
    const config = withSuspects(random);
    const answer = await call("PUT", `${server}?dry_run=true`, config);
    const context = `${seed}: ${answer.status} ${writeJson(answer.body)} for ${writeJson(config)}`;
    assert.ok(answer.status < 300, context);
    const expected = reported(answer);
    const found = suspects(config).map(({ pointer, reason }) => `${pointer} ${reason}`);
    assert.deepEqual(found, expected, context);
    // It is the same with masks in the places of secrets.
    assert.deepEqual(suspects(configOf(answer)).map(({ pointer, reason }) => `${pointer} ${reason}`), expected, context);
    seen[expected.length === 0 ? "none" : "some"] += 1;
    for (const finding of expected) seen.reasons.add(finding.replace(/.* /, ""));
  });
  assert.ok(seen.none > 20 && seen.some > 100 && seen.reasons.size === 4, `${seen.none}, ${seen.some}, ${[...seen.reasons].join()}`);
});

function reported(answer: Answer): string[] {
  const findings = answer.body.get("findings") ?? [];
  return Array.isArray(findings) ? findings.map((one) => `${String(get(one, "/pointer"))} ${String(get(one, "/reason"))}`) : [];
}

/** A configuration with arguments, a URL and texts made of parts that tell of secrets, and of parts that do not. */
function withSuspects(random: Random): JsonObject {
  const made = new Map<string, Json>([random.chance(80) ? ["command", random.chance(20) ? line(random) : random.pick(["npx", "uvx", "/usr/bin/docker"])] : ["url", url(random).replace("u:${PW}@", "u:p@")]]);
  if (made.has("command")) made.set("args", [...random.pick(STARTS), ...Array.from({ length: random.below(5) }, () => argument(random))]);
  if (random.chance(30)) made.set("description", line(random));
  if (random.chance(20)) made.set("cwd", value(random));
  if (random.chance(30)) {
    const texts = Array.from({ length: random.below(4) }, () => argument(random));
    made.set("x-extra", new Map<string, Json>([[random.pick(["args", "command", "list", "token"]), texts], ["command", line(random)], ["serverUrl", url(random)]]));
  }
  return made;
}

function argument(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return random.pick(["-", "--", "---", "/", ""]) + random.pick([...NAMES, ...PAIR_FLAGS, ...USER_FLAGS]);
    case 1:
      return random.pick(["-", "--", "-e", "-H", "/", ""]) + random.pick([...NAMES, ...PAIR_FLAGS, ...USER_FLAGS]) + random.pick(["=", ":", ": ", "=="]) + value(random);
    case 2:
      return `--${random.pick(PAIR_FLAGS)}=${random.pick(NAMES)}=${value(random)}`;
    case 3:
      return line(random);
    case 4:
      return url(random);
    default:
      return value(random);
  }
}

function line(random: Random): string {
  const words = Array.from({ length: 1 + random.below(4) }, () => random.pick([argument, value, url, () => random.pick(["Authorization:", "'X-Api-Key:", "Bearer", "&&", "export", "curl"])]));
  const text = words.map((word, index) => (index === 0 || random.chance(10) ? "x" : random.below(3) === 0 ? value(random) : shallow(word, random))).join(random.pick([" ", "  ", "\u00a0"]));
  return text.trim() === "" ? "x" : text;
}

/** A part that is not a line of lines. */
function shallow(word: (random: Random) => string, random: Random): string {
  return word === argument ? random.pick(["--token", "--api-key=abc", "-e", "A_KEY=1", "--key-file=x"]) : word(random);
}

function url(random: Random): string {
  const scheme = random.pick(["https://", "https://", "http://"]);
  const segments = Array.from({ length: random.below(4) }, () => random.pick(SEGMENTS));
  return `${scheme}${random.pick(["", "", "u:p@", "u:${PW}@", "$USER@"])}h.example/${segments.join("/")}${random.pick(["", "?a=1", "?token=x", "?key=${KEY}", "#x/mV3kq9TzR7pLw2XbN8dY4hGf"])}`;
}

function value(random: Random): string {
  return random.pick([...VALUES, `${random.pick(TOKEN_PREFIXES)}${random.pick(["", "x", "abcdefghi1", "abcdefghij", "abcdefghij0123456789", "abc def ghi 012345"])}`]);
}

const NAMES = ["token", "api-key", "apiKey", "max-tokens", "key-file", "auth-mode", "session.timeout", "password", "x", "verbose", "Authorization", "TOKEN_PATH", "pat", "1token", "_key", "tökens", "primary-key", "token-url", "key-env", "keystore"];

/** Beginnings of arguments as package managers have them. */
const STARTS = [[], ["-y"], ["run"], ["run", "-i", "--rm", "-e", "A"], ["-p", "@s/x@1.2.3"], ["--package=x"], ["--from", "x==1.2"], ["-y", "@s/x"], ["x@1.2.3-rc.1"], ["x@1"], ["./x"], ["run", "x@sha256:0"]];

const SEGMENTS = ["mcp", "@scope", "mV3kq9TzR7pLw2XbN8dY4hGf", "0123456789abcdef0123456789abcdef01234567", "123e4567-e89b-12d3-a456-426614174000", "ghp_abcdefghij0123456789", "x@mV3kq9TzR7pLw2XbN8dY4hGf", ";token=x"];

const VALUES = [
  ...["abc", "", "-", "--flag", "$TOKEN", "${TOKEN}", "a${TOKEN}b", "{{token}}", "%TOKEN%", "<token>", "/path/x", "./x", "../x", "~/x", ".x", "none", "OAuth", "TRUE", "stdio"],
  ...["mV3kq9TzR7pLw2XbN8dY4hGf", "mcp-server-fetch==2025.4.7", "@modelcontextprotocol/server-x", "sha256:mV3kq9TzR7pLw2XbN8dY4hGf", "-----BEGIN PRIVATE KEY-----"],
  ...["123e4567-e89b-12d3-a456-426614174000", "aaaaaaaaaaaaaaaaaaaaaaaaaa1", "Bearer abc", "Bearer ${TOKEN}", "postgres://u:pw@h/db", "see https://u:p@h.example/ there", "😀".repeat(20), "0123456789abcdefé0123456789abcdef"],
  ...["user:pass1", "1000:1000", "node:node", ":a1", "a:b:c1", "Server=x;Password=abc", "a=b; token = abc ;", "a;b"],
  ...['{"apiKey":"abc"}', ' [{"a": "b\\\\\\"" , "token" : "abc"}]', '{"token":"${TOKEN}"}', '{"token":1,"a":"token","b":"c"}', '{"Authorization":"Bearer abc"', '"token":"abc"'],
];
