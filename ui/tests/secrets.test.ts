import assert from "node:assert/strict";
import test from "node:test";
import { type JsonObject, isObject } from "../src/json/value.ts";
import { writeJson } from "../src/json/write.ts";
import { isMask } from "../src/model/masks.ts";
import { isSecretAt, keptSecrets, secretLeaves, secretsState, shown } from "../src/model/secrets.ts";
import { replaceParts } from "../src/model/url-parts.ts";
import { config } from "./configs.ts";

test("masks are distinguished from secrets", () => {
  for (const mask of ["[REDACTED]", "<redacted>", "**********", "************"]) assert.ok(isMask(mask), mask);
  for (const text of ["", "*********", "[redacted]", " [REDACTED]", "**********a"]) assert.ok(!isMask(text), text);
});

test("a leaf is secret where the table says so", () => {
  const secret = [
    "env.A",
    "headers.Authorization",
    "env.A.nested",
    "auth",
    "auth.value",
    "auth.password",
    "auth.headers.X",
    "auth.authentication.client_secret",
    "auth.state.tokens",
    "auth.state.tokens.access_token",
    "auth.state.tokens.id_token",
    "auth.state.client_info.client_secret",
    "auth.other.client_secret",
    "authentication.deep.refresh_token",
    "authentication.my_password",
    "apiKey",
    "foo.Cookies",
    "oauth_credentials.bucket.entry",
    "my_secret.client_id",
    "auth.scopes.client_secret",
    "auth.username.deep.my_key",
  ];
  const plain = [
    "command",
    "description",
    "foo.bar",
    "tools.get_token.description",
    "auth.strategy",
    "auth.header_name",
    "auth.username",
    "auth.state.tokens.token_type",
    "auth.state.client_info.token_endpoint_auth_method",
    "auth.authentication.client_id",
    "auth.scopes.deep.client_id",
    "client_id",
    "ſecret",
  ];
  for (const path of [...secret, ...plain]) {
    const names = path.split(".");
    const at = names.map((name) => `/${name}`).join("");
    const isSecret = secret.includes(path);
    const full = nested(names);
    assert.equal(isSecretAt(full, at), isSecret, path);
    assert.deepEqual(secretLeaves(full), isSecret ? [at] : [], path);
    assert.equal(isSecretAt(new Map(), at), isSecret, `${path}, where nothing is yet`);
  }
});

function nested(names: string[]): JsonObject {
  const [name = "", ...rest] = names;
  return new Map([[name, rest.length === 0 ? "text" : nested(rest)]]);
}

test("what holds nothing is no secret, and numbers are ones in places for secrets only", () => {
  const leaves = secretLeaves(
    config('{"env":{"A":"","B":null,"C":1,"D":true,"E":["x",[2]]},"auth":"oauth","my_key":5,"keys":["k",{"n":"v"}],"timeout":3}'),
  );
  assert.deepEqual(leaves, ["/env/C", "/env/D", "/env/E/0", "/env/E/1/0", "/my_key", "/keys/0", "/keys/1/n"]);
});

test("of a URL the userinfo and the values of telling names are secret", () => {
  const table: [string, string][] = [
    ["https://h/mcp", "https://h/mcp"],
    ["https://u:p@h/mcp", "https://*@h/mcp"],
    ["https://u@h:8/x@y", "https://*@h:8/x@y"],
    ["https://u:p@ss@h/", "https://*@h/"],
    ["https://h/?api_key=z&a=b&TOKEN=%20", "https://h/?api_key=*&a=b&TOKEN=*"],
    ["https://h/?api%5Fkey=z#key=1", "https://h/?api%5Fkey=*#key=*"],
    ["https://h/?a=1;api_key=z;b=2&code=c", "https://h/?a=1;api_key=*&code=*"],
    ["https://h/a;api_key=z/b;v=1", "https://h/a;api_key=*/b;v=1"],
    ["https://h/#/route?session=z", "https://h/#/route?session=*"],
    ["https://u:p/w@h/mcp", "https://*@h/mcp"],
    ["postgres://u:p#w@h/db", "postgres://*@h/db"],
    ["https://h:8080/@scope/x", "https://h:8080/@scope/x"],
    ["https://[::1]:80/@scope", "https://[::1]:80/@scope"],
    ["https://h/?%ffkey=z", "https://h/?%ffkey=*"],
    ["https://h/?key=", "https://h/?key="],
    ["https://h/#?key=1", "https://h/#?key=*"],
    ["https://@h/", "https://@h/"],
    ["//u:p@h", "//*@h"],
    ["http:u:p@h/", "http:*@h/"],
    ["http:/u:p@h/", "http:/*@h/"],
    ["http:\\\\u:p@h\\x@y", "*"],
    [" ht\ntp:/\t/u:p@h/", "*"],
    ["\u0001https://user:pass@h.example/mcp", "*"],
    ["1h:u@x/", "*@x/"],
    ["not-a-url?secret=1", "not-a-url?secret=*"],
    ["", ""],
  ];
  for (const [url, masked] of table) {
    assert.equal(replaceParts(url, "*"), masked, url);
    assert.deepEqual(secretLeaves(new Map([["url", url]])), url === masked ? [] : ["/url"], url);
  }
});

test("a mask keeps, in a URL also as a part and percent-encoded", () => {
  const table: [string, string[]][] = [
    ['{"env":{"A":"[REDACTED]","B":"new","C":"**********"}}', ["/env/A", "/env/C"]],
    ['{"url":"https://**********@h/"}', ["/url"]],
    ['{"url":"https://h/?key=%5BREDACTED%5D"}', ["/url"]],
    ['{"url":"https://u:p@h/?key=1"}', []],
    ['{"description":"[REDACTED]"}', []],
  ];
  for (const [text, expected] of table) assert.deepEqual(keptSecrets(config(text)), expected, text);
});

test("secrets are counted, those that need to be entered again apart", () => {
  const full = config('{"env":{"A":"[REDACTED]","B":"[REDACTED]","C":"[REDACTED]","D":""}}');
  assert.deepEqual(secretsState(full, []), { set: 3, needsReentry: 0 });
  assert.deepEqual(secretsState(full, ["/env/B"]), { set: 2, needsReentry: 1 });
});

test("what is shown of a configuration holds no secret, typed or stored", () => {
  const full = config(
    '{"command":"x","url":"https://u:hidden@h/?key=hidden&a=1","env":{"A":"[REDACTED]","B":"hidden","C":"","P":8},"auth":{"strategy":"basic","username":"u","password":"hidden"}}',
  );
  const expected =
    '{"command":"x","url":"https://(new value)@h/?key=(new value)&a=1","env":{"A":"set","B":"new value","C":"","P":"new value"},' +
    '"auth":{"strategy":"basic","username":"u","password":"new value"}}';
  const found = shown(full);
  assert.ok(isObject(found));
  assert.equal(writeJson(found), expected);
  assert.equal(shown(full, "/env/B"), "new value");
  assert.equal(shown(full, "/env/X"), undefined);
  assert.equal(writeJson(shown(full, "/auth") ?? null), '{"strategy":"basic","username":"u","password":"new value"}');
});
