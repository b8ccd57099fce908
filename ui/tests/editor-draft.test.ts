import assert from "node:assert/strict";
import test from "node:test";
import { writeJson } from "../src/json/write.ts";
import { unboundSecrets } from "../src/model/destination.ts";
import { mergeThree } from "../src/model/merge.ts";
import { type AuthKind, AUTH_KINDS, authFields, authKind, authRest, withAuthKind } from "../src/screens/editor/auth-kinds.ts";
import { notice } from "../src/screens/editor/banner-text.ts";
import { conflictRow, lost } from "../src/screens/editor/conflict-rows.ts";
import { type Judged, faults, labelOf, visible } from "../src/screens/editor/faults.ts";
import { chosen, clearedSecrets, clearedUnder, secretAt } from "../src/screens/editor/secret-choice.ts";
import { NOTHING_PUT_AWAY, otherMembers, partsShown, withTransport } from "../src/screens/editor/transports.ts";
import type { Since } from "../src/state/history.ts";
import { config } from "./configs.ts";

const REMOTE = '{"url":"https://a.example/mcp","headers":{"X-A":"[REDACTED]"},"auth":{"strategy":"bearer","value":"[REDACTED]"}}';

test("a mask keeps, a text replaces, and nothing clears", () => {
  const stored = { config: config('{"command":"x","env":{"A":"[REDACTED]","B":"[REDACTED]"}}'), needsReentry: ["/env/B"] };
  for (const [draft, choice] of [
    ['{"env":{"A":"[REDACTED]"}}', "keep"],
    ['{"env":{"A":"**********"}}', "keep"],
    ['{"env":{"A":"new"}}', "replace"],
    ['{"env":{"A":""}}', "replace"],
    ["{}", "clear"],
  ] as const) {
    assert.equal(secretAt(stored, config(draft), "/env/A", []).choice, choice, draft);
  }
  assert.equal(secretAt(stored, config('{"env":{"B":"[REDACTED]"}}'), "/env/B", []).needsReentry, true);
  assert.equal(chosen(stored, "/env/A", "keep"), "[REDACTED]");
  assert.equal(chosen(stored, "/env/A", "clear"), undefined);
});

test("what may not be kept is chosen by nothing, and what is not stored has no choice", () => {
  const stored = { config: config('{"command":"x","env":{"A":"[REDACTED]"}}'), needsReentry: [] };
  const kept = secretAt(stored, config('{"env":{"A":"[REDACTED]"}}'), "/env/A", ["/env/A"]);
  assert.deepEqual([kept.mayKeep, kept.choice], [false, null]);
  const renamed = secretAt(stored, config('{"env":{"B":"[REDACTED]"}}'), "/env/B", []);
  assert.deepEqual([renamed.isStored, renamed.isMissing], [false, true]);
  assert.equal(secretAt(null, config('{"env":{"A":"[REDACTED]"}}'), "/env/A", []).isMissing, true);
});

test("what a save would clear is known", () => {
  const stored = { config: config(REMOTE), needsReentry: [] };
  assert.deepEqual(clearedSecrets(stored, config('{"command":"x"}')), ["/headers/X-A", "/auth/value"]);
  assert.deepEqual(clearedUnder(stored, config('{"command":"x"}'), "/headers"), ["/headers/X-A"]);
  assert.deepEqual(clearedSecrets(stored, config(REMOTE)), []);
  assert.deepEqual(clearedSecrets(null, config("{}")), []);
});

test("another transport puts away what only the old one has, and back again brings it back", () => {
  for (const text of [
    '{"command":"npx","args":["-y"],"env":{"A":"[REDACTED]"},"cwd":"/x","timeout":1.50,"foo":1}',
    '{"command":"npx","transport":"stdio"}',
  ]) {
    const begun = config(text);
    const there = withTransport(begun, "http", NOTHING_PUT_AWAY);
    assert.equal(there.config.has("command") || there.config.has("env"), false);
    assert.equal(there.config.get("transport"), "http");
    const back = withTransport(there.config, "stdio", there.away);
    assert.deepEqual(new Map([...back.config].sort()), new Map([...begun].sort()));
  }
});

test("the words for a transport stay as the file has them", () => {
  const begun = config('{"url":"https://a.example","type":"shttp"}');
  const sse = withTransport(begun, "sse", NOTHING_PUT_AWAY);
  assert.equal(writeJson(sse.config), '{"url":"https://a.example","transport":"sse"}');
  assert.equal(writeJson(withTransport(sse.config, "http", sse.away).config), writeJson(begun));
  assert.equal(withTransport(begun, "http", NOTHING_PUT_AWAY).config, begun);
});

test("a server with both a command and a URL shows both parts", () => {
  assert.deepEqual(partsShown(config('{"command":"x","url":"https://a.example"}')), { command: true, url: true });
  assert.deepEqual(partsShown(config('{"command":""}')), { command: true, url: false });
  assert.deepEqual(partsShown(config('{"url":"","transport":"http"}')), { command: false, url: true });
  assert.deepEqual(otherMembers(config('{"command":"x","tools":{},"foo":1,"type":"stdio"}')), ["tools", "foo"]);
});

test("each kind of authentication is known by what is there", () => {
  const table: [string, AuthKind][] = [
    ["{}", "none"],
    ['{"auth":null}', "none"],
    ['{"auth":{"strategy":"none"}}', "none"],
    ['{"auth":"[REDACTED]"}', "bearer"],
    ['{"auth":{"strategy":"bearer","value":"[REDACTED]"}}', "bearer"],
    ['{"auth":{"strategy":"api_key"}}', "api_key"],
    ['{"auth":{"strategy":"basic"}}', "basic"],
    ['{"auth":{"strategy":"header"}}', "header"],
    ['{"auth":{"strategy":"oauth2"}}', "oauth2"],
    ['{"auth":"oauth","authentication":{"type":"oauth"}}', "oauth2"],
    ['{"auth":"oauth"}', "custom"],
    ['{"authentication":{"type":"oauth"}}', "custom"],
    ['{"auth":{"strategy":"future"}}', "custom"],
    ['{"auth":7}', "custom"],
  ];
  for (const [text, kind] of table) assert.equal(authKind(config(text)), kind, text);
});

test("the fields lead to where each kind keeps its members", () => {
  const places = (text: string, stored = "{}") => authFields(config(text), config(stored)).map(({ at }) => at);
  assert.deepEqual(places('{"auth":"[REDACTED]"}'), ["/auth"]);
  assert.deepEqual(places('{"auth":{"strategy":"bearer"}}'), ["/auth/value"]);
  assert.ok(places('{"auth":"oauth","authentication":{"type":"oauth"}}').includes("/authentication/client_secret"));
  const login = '{"auth":{"strategy":"oauth2","state":{"tokens":{"access_token":"[REDACTED]"}}}}';
  assert.ok(places(login).includes("/auth/state/tokens/access_token"));
  assert.ok(places('{"auth":{"strategy":"oauth2"}}', login).includes("/auth/state/tokens/access_token"), "what is cleared can be kept after all");
  assert.ok(!places('{"auth":{"strategy":"oauth2"}}').includes("/auth/state/tokens/access_token"));
});

test("what no field shows is listed, and nothing twice", () => {
  for (const [text, rest] of [
    ['{"auth":{"strategy":"bearer","value":"x","foo":1}}', ["/auth/foo"]],
    ['{"auth":"[REDACTED]"}', []],
    ['{"auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"c","deep":{}},"state":{"token_expires_at":5}}}', ["/auth/authentication/deep", "/auth/state"]],
    ['{"auth":"oauth","authentication":{"type":"oauth","client_id":"c","issuer":"i"}}', ["/authentication/issuer"]],
    ['{"auth":{"strategy":"none"},"authentication":{"client_id":"c"}}', ["/authentication/client_id"]],
  ] as const) {
    assert.deepEqual(authRest(config(text), authFields(config(text), null)), rest, text);
  }
});

test("another kind of authentication and back again loses nothing that was typed", () => {
  const begun = config('{"url":"https://a.example","auth":{"strategy":"bearer","value":"[REDACTED]"}}');
  let step = { config: begun, others: new Map() };
  for (const [kind] of AUTH_KINDS) step = withAuthKind(step.config, kind, step.others);
  assert.equal(authKind(step.config), "oauth2", "custom is a view on what is there");
  assert.equal(writeJson(withAuthKind(step.config, "bearer", step.others).config), writeJson(begun));
  assert.equal(withAuthKind(begun, "none", new Map()).config.has("auth"), false);
});

const SCHEMA = {
  type: "object",
  properties: { command: { type: "string", minLength: 1 }, timeout: { type: "number", minimum: 0 }, cwd: { type: "string" } },
};

function judged(draft: string, more: Partial<Judged> & { stored?: string } = {}): Judged {
  const base = more.stored === undefined ? null : config(more.stored);
  const unbound = base === null ? null : unboundSecrets(base, config(draft));
  return { config: config(draft), base, unbound, schema: SCHEMA, rows: new Map(), replacing: new Set(), leftOpen: new Map(), refused: null, ...more };
}

const places = (found: Judged) => faults(found).map(({ pointer }) => pointer);

test("what is odd and stored already keeps nobody from saving the rest", () => {
  const stored = '{"url":"https://a.example","timeout":"soon"}';
  assert.deepEqual(places(judged(stored, { stored })), []);
  assert.deepEqual(places(judged('{"url":"https://a.example","timeout":"soon","cwd":"/"}', { stored })), []);
  assert.deepEqual(places(judged('{"url":"https://a.example","timeout":"late"}', { stored })), ["/timeout"]);
  assert.deepEqual(places(judged(stored)), ["/timeout"]);
});

test("a kept secret that nothing is stored for has to be entered, and each is reported once", () => {
  const unstored = faults(judged(REMOTE));
  assert.deepEqual(unstored.map(({ pointer }) => pointer), ["/headers/X-A", "/auth/value"]);
  assert.ok(unstored.every(({ hinders, isUrgent, message }) => hinders && isUrgent && message.startsWith("Nothing is stored here")));
  const renamed = faults(judged('{"command":"x","env":{"B":"[REDACTED]"}}', { stored: '{"command":"y","env":{"A":"[REDACTED]"}}' }));
  assert.deepEqual(renamed.map(({ pointer }) => pointer), ["/env/B"]);
});

test("a secret that would follow its server is named with the reason", () => {
  const moved = faults(judged(REMOTE.replace("a.example", "b.example"), { stored: REMOTE }));
  assert.deepEqual(moved.map(({ pointer }) => pointer), ["/headers/X-A", "/auth/value"]);
  assert.match(moved[0]?.message ?? "", /^The stored value can't be kept: the host changed from a\.example to b\.example\./);
});

test("a chosen but untyped replacement keeps the secret from being emptied", () => {
  const replacing = new Set(["/env/A"]);
  const stored = '{"command":"x","env":{"A":"[REDACTED]"}}';
  const empty = judged('{"command":"x","env":{"A":""}}', { stored, replacing });
  assert.deepEqual(faults(empty).map(({ pointer, hinders, isUrgent }) => [pointer, hinders, isUrgent]), [["/env/A", true, false]]);
  assert.deepEqual(places(judged('{"command":"x","env":{"A":"n"}}', { stored, replacing })), []);
});

test("what the service refused is shown until that place changes, and may be tried again", () => {
  const refused = { config: config('{"command":"x","cwd":"/a"}'), findings: [{ pointer: "/cwd", message: "no" }] };
  const same = faults(judged('{"command":"x","cwd":"/a"}', { refused }));
  assert.deepEqual(same.map(({ pointer, hinders }) => [pointer, hinders]), [["/cwd", false]]);
  assert.deepEqual(places(judged('{"command":"x","cwd":"/b"}', { refused })), []);
});

test("faults wait until their field was left or saving was tried, and are in the order of the form", () => {
  const found = faults(judged('{"timeout":-1,"command":"","cwd":3}'));
  assert.deepEqual(found.map(({ pointer }) => pointer), ["/command", "/cwd", "/timeout"]);
  assert.deepEqual(visible(found, false, new Set(["/cwd"])).map(({ pointer }) => pointer), ["/cwd"]);
  assert.equal(visible(found, true, new Set()).length, 3);
});

test("places are called what the form calls them", () => {
  for (const [at, label] of [
    ["", "Configuration"],
    ["/args/0", "Argument 1"],
    ["/env/#2", "Environment: row 2"],
    ["/env/A~1B", "Environment: A/B"],
    ["/#name", "Name"],
    ["/foo/bar", "foo: bar"],
  ]) {
    assert.equal(labelOf(at ?? ""), label);
  }
});

const NOTHING: Since = { members: [], at_ms: 5, by: "ops", removed: false, renamedTo: null, current: '"2"' };

test("the banner says what others did, and nothing where the base is still stored", () => {
  const words = (part: Partial<Since>) => {
    const banner = notice({ ...NOTHING, ...part }, '"1"');
    return banner === null ? null : [banner.kind, banner.code, banner.words];
  };
  assert.deepEqual(words({ members: ["/url"] }), ["changed", "URL", "was changed"]);
  assert.deepEqual(words({ members: ["/env/API_KEY", "/url", "/cwd"] }), ["changed", "Environment: API_KEY", "and 2 more were changed"]);
  for (const members of [null, [], [""]]) assert.deepEqual(words({ members }), ["changed", null, "This server was changed"]);
  assert.deepEqual(words({ removed: true, current: null }), ["removed", null, "This server was removed"]);
  assert.deepEqual(words({ removed: true, current: null, renamedTo: "b" }), ["renamed", null, "This server was renamed to b"]);
  assert.equal(words({ current: '"1"' }), null);
  assert.equal(words({ current: null }), null);
});

test("no secret is shown in a conflict, no matter who changed it", () => {
  const base = config('{"command":"x","env":{"A":"[REDACTED]","B":"[REDACTED]"},"url":"https://u:**********@h.example"}');
  const theirs = config('{"command":"y","env":{"A":"[REDACTED]"},"url":"https://u:**********@h.example/t"}');
  const mine = config('{"command":"z","env":{"A":"CANARY1","B":"CANARY2"},"url":"https://u:CANARY3@h.example"}');
  const merged = mergeThree(base, theirs, mine, ["/env/A", "/env/B"]);
  const rows = [...merged.conflicts, ...merged.taken, ...merged.kept].map(conflictRow);
  assert.doesNotMatch(JSON.stringify(rows), /CANARY|REDACTED/);
  const secret = rows.find(({ pointer }) => pointer === "/env/A");
  assert.deepEqual([secret?.before, secret?.theirs, secret?.mine], ["set", "changed elsewhere", "new value"]);
  assert.equal(rows.find(({ pointer }) => pointer === "/env/B")?.theirs, "absent");
});

test("where a secret in a URL changed elsewhere, it is said where theirs leads", () => {
  const base = config('{"url":"https://u:**********@h.example"}');
  const theirs = config('{"url":"https://u:**********@other.example"}');
  const { conflicts } = mergeThree(base, theirs, config('{"url":"https://mine.example"}'), ["/url"]);
  assert.match(conflicts.map(conflictRow)[0]?.theirs ?? "", /other\.example.*, its secret changed elsewhere$/);
});

test("an overwriting loses what they changed, and no secret that the draft keeps", () => {
  const base = config('{"command":"x","description":"a","env":{"A":"[REDACTED]"}}');
  const theirs = config('{"command":"x","description":"b","icon":"i","env":{"A":"[REDACTED]"}}');
  const mine = config('{"command":"x","description":"c","env":{"A":"[REDACTED]"}}');
  const merged = mergeThree(base, theirs, mine, ["/env/A"]);
  assert.deepEqual(lost(merged).map(({ pointer }) => pointer), ["/description", "/icon"]);
});
