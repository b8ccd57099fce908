import assert from "node:assert/strict";
import test from "node:test";
import { destination, masksOfNothing, unboundSecrets } from "../src/model/destination.ts";
import { config } from "./configs.ts";

const REMOTE = '{"url":"https://h.example/mcp","headers":{"A":"[REDACTED]"}}';
const STDIO = '{"command":"x","env":{"A":"[REDACTED]"}}';

/** The base with these members; null takes one away. */
function changed(base: string, members: string) {
  const draft = config(base);
  for (const [name, value] of config(members)) {
    if (value === null) draft.delete(name);
    else draft.set(name, value);
  }
  return draft;
}

test("a kept secret goes to no other destination, and the reason is given", () => {
  const table: [string, string, RegExp | null][] = [
    [REMOTE, '{"url":"http://h.example/mcp"}', /^the scheme changed from https to http$/],
    [REMOTE, '{"url":"https://h.example.org/mcp"}', /^the host changed from h\.example to h\.example\.org$/],
    [REMOTE, '{"url":"https://h.example:8443/mcp"}', /^the port changed from 443 to 8443$/],
    [REMOTE, '{"url":"https://h.example@evil.example/mcp"}', /host changed from h\.example to evil\.example/],
    [REMOTE, '{"url":"https://h.example\\\\@evil.example/mcp"}', /URL changed/],
    [REMOTE, '{"url":"unparseable"}', /URL changed/],
    [REMOTE, '{"url":null,"command":"x"}', /now a command, and was a URL/],
    [REMOTE, '{"url":null}', /now neither/],
    [REMOTE, '{"command":"x"}', /now a command/],
    [REMOTE, '{"url":"https://h.example/other?x=1#f"}', null],
    [REMOTE, '{"url":"https://h.example:443/mcp"}', null],
    [REMOTE, '{"url":"HTTPS://H.EXAMPLE/mcp"}', null],
    [REMOTE, '{"url":"https://u:p@h.example/mcp"}', null],
    [STDIO, '{"command":"y"}', /^the command changed$/],
    [STDIO, '{"command":null,"url":"https://h.example"}', /now a URL, and was a command/],
    [STDIO, '{"url":"https://h.example"}', /URL changed/],
    [STDIO, '{"args":["--other"],"cwd":"/"}', null],
    [STDIO, '{"command":"y","env":{"A":"sent again"}}', null],
    [STDIO, '{"command":"y","env":null}', null],
    [STDIO, '{"command":"y","env":{"B":"[REDACTED]"}}', null],
  ];
  for (const [base, members, why] of table) {
    const found = unboundSecrets(config(base), changed(base, members));
    if (why === null) assert.equal(found, null, members);
    else {
      assert.match(found?.why ?? "nothing", why, members);
      assert.deepEqual(found?.pointers, [base === REMOTE ? "/headers/A" : "/env/A"], members);
    }
  }
});

test("a masked part of a URL does not leave its host", () => {
  const base = '{"url":"https://**********@h.example/?api_key=**********"}';
  for (const [url, isBound] of [
    ["https://**********@evil.example/", true],
    ["https://evil.example/?api_key=**********", true],
    ["https://**********@h.example/other", false],
    ["https://u:p@evil.example/", false],
  ] as const) {
    assert.equal(unboundSecrets(config(base), new Map([["url", url]])) !== null, isBound, url);
  }
  const whole = config('{"url":"**********","headers":{"A":"[REDACTED]"}}');
  assert.equal(unboundSecrets(whole, whole), null);
});

test("a key without reveal keeps secrets under harmless changes only", () => {
  for (const harmless of [
    "{}",
    '{"description":"d"}',
    '{"enabled":false}',
    '{"timeout":1}',
    '{"tools":{"a":{}}}',
    '{"args":[],"headers":{},"enabled":true,"transport":"stdio"}',
  ]) {
    assert.equal(unboundSecrets(config(STDIO), changed(STDIO, harmless), false), null, harmless);
  }
  for (const harmful of ['{"args":["-v"]}', '{"cwd":"/"}', '{"type":"stdio"}', '{"unknown":1}', '{"authentication":{}}', '{"env":{"A":"[REDACTED]","B":"b"}}']) {
    const found = unboundSecrets(config(STDIO), changed(STDIO, harmful), false);
    assert.deepEqual(found?.pointers, ["/env/A"], harmful);
    assert.match(found?.why ?? "", /may not see secrets/);
    assert.equal(unboundSecrets(config(STDIO), changed(STDIO, harmful)), null, harmful);
  }
});

test("a mask where nothing is stored is reported", () => {
  const draft = config('{"command":"x","env":{"A":"[REDACTED]","B":"[REDACTED]","C":"new"}}');
  assert.deepEqual(masksOfNothing(config(STDIO), draft), ["/env/B"]);
  assert.deepEqual(masksOfNothing(null, draft), ["/env/A", "/env/B"]);
});

test("a destination is a command, a URL's origin, or none, and never holds a secret", () => {
  assert.deepEqual(destination(config('{"command":"x","url":"https://h"}')), { kind: "command", command: "x" });
  assert.deepEqual(destination(config('{"url":"https://u:p@H.example/x"}')), {
    kind: "remote",
    scheme: "https",
    host: "h.example",
    port: "443",
  });
  assert.deepEqual(destination(config('{"url":"https://u:hidden phrase@h"}')), { kind: "remote", scheme: "", host: "…", port: "" });
  assert.deepEqual(destination(config('{"command":null}')), { kind: "none" });
});
