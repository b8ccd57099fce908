import assert from "node:assert/strict";
import test from "node:test";
import { set } from "../src/json/pointer.ts";
import { isObject } from "../src/json/value.ts";
import { TOKEN_PREFIXES } from "../src/model/secret-tables.generated.ts";
import { hasKnownPrefix, isRandomRun, isReference, isUuid } from "../src/model/secret-shapes.ts";
import { suspects, warningOf, withoutSuspects } from "../src/model/suspects.ts";
import { config } from "./configs.ts";

const PATH = "https://h.example/s/mV3kq9TzR7pLw2XbN8dY4hGf/mcp";

test("secrets in arguments are found where they are, and others are not", () => {
  const table: [string[], string[]][] = [
    [["--api-key", "abc"], ["/args/1 telling-name"]],
    [["--api-key", "--other"], []],
    [["--api-key", "$API_KEY"], []],
    [["--api-key=abc"], ["/args/0 telling-name"]],
    [["-e", "GITHUB_TOKEN=abc"], ["/args/1 telling-name"]],
    [["-eGITHUB_TOKEN=abc"], ["/args/0 telling-name"]],
    [["GITHUB_TOKEN=${input:token}"], []],
    [["--keep-alive", "1"], []],
    [["--max-tokens", "4096", "--auth", "none"], []],
    [["https://token.example/x"], []],
    [["X-Api-Key: abc"], ["/args/0 telling-name"]],
    [["--tokens-file=/x"], []],
    [["-c", "curl -H 'Authorization: Bearer abc' https://h/"], ["/args/1 telling-name"]],
    [["postgresql://u:pw@h/db"], ["/args/0 url-part"]],
    [[PATH], ["/args/0 url-path"]],
    [["--as", "ghp_abcdefghij0123456789"], ["/args/1 token-shape"]],
    [["mV3kq9TzR7pLw2XbN8dY4hGf", "-y"], ["/args/0 token-shape"]],
    [["--config", '{"apiKey":"abc"}', "--config", '{"apiKey":"${KEY}"}'], ["/args/1 telling-name"]],
    [["Server=x;Password=abc", "/apikey:abc", "/keys:/run/keys"], ["/args/0 telling-name", "/args/1 telling-name"]],
    [["-u", "user:pass1", "-u", "1000:1000"], ["/args/1 telling-name"]],
    [["--primary-key", "id", "--token-url", "https://h.example/"], []],
    [["-y", "@modelcontextprotocol/server-sequential-thinking@2025.7.1"], []],
  ];
  for (const [args, expected] of table) assert.deepEqual(found({ command: "x", args }), expected, args.join(" "));
});

test("every prefix of a well-known token is found", () => {
  for (const prefix of TOKEN_PREFIXES) {
    assert.ok(hasKnownPrefix(`${prefix}abcdefghij0123`), prefix);
    assert.deepEqual(found({ command: "x", args: [`${prefix}abcdefghij0123`] }), ["/args/0 token-shape"], prefix);
    assert.ok(!hasKnownPrefix(prefix), prefix);
  }
});

test("other places are searched for shapes, and what is masked is not", () => {
  assert.deepEqual(found({ url: PATH }), ["/url url-path"]);
  assert.deepEqual(found({ url: "https://u:p@h.example/mcp?token=x" }), []);
  assert.deepEqual(found({ command: "npx -y x --token abc" }), ["/command telling-name"]);
  assert.deepEqual(found({ command: "x", description: "key is ghp_abcdefghij0123456789abcdef" }), ["/description token-shape"]);
  assert.deepEqual(found({ command: "x", description: "the key: ask ops" }), []);
  assert.deepEqual(found({ command: "x", env: { A: "ghp_abcdefghij0123456789" }, apiKey: "sk-abcdefghij0123" }), []);
  assert.deepEqual(found({ command: "x", extra: { args: ["--token=abc"] } }), ["/extra/args/0 telling-name"]);
});

test("shapes of tokens, identifiers and references are distinguished", () => {
  assert.ok(isRandomRun("0123456789abcdef0123456789abcdef") && !isRandomRun("mcp-server-fetch==2025.4.7"));
  assert.ok(isUuid("123e4567-e89b-12d3-a456-426614174000") && !isUuid("123e4567"));
  for (const text of ["$TOKEN", "${env:TOKEN}", "Bearer ${input:token}", "{{token}}", "%TOKEN%", "<token>"]) assert.ok(isReference(text), text);
  for (const text of ["", "$", "token", "pa$$word", "100%", "${TOKEN}x"]) assert.ok(!isReference(text), text);
});

test("what may be shown of a suspect is the name before it, or the host of its URL", () => {
  const table: [string, string][] = [
    ["--api-key=hidden", "--api-key=…"],
    ["API_KEY=hidden", "API_KEY=…"],
    ["Authorization: Bearer hidden", "Authorization: …"],
    ["--env=API_KEY=hidden", "…"],
    ["npx -y x --token hidden", "…"],
    ["https://h.example/s/hidden/mcp", "https://h.example/…"],
    ["https://u:hidden@h.example/hidden", "https://h.example/…"],
    ["https://u:hidden/hidden@h.example/x", "https://h.example/…"],
    ["see https://u:hidden@h.example/", "…"],
    ["ghp_hidden", "…"],
  ];
  for (const [text, shown] of table) {
    const whole = new Map([["args", [text]]]);
    assert.deepEqual(withoutSuspects(whole, ["/args/0"]).get("args"), [shown], text);
    assert.deepEqual(whole.get("args"), [text], "the configuration itself is not changed");
  }
  assert.deepEqual([...withoutSuspects(new Map([["a", "b"]]), ["/gone", "/a/b"])], [["a", "b"]]);
});

test("a warning says what can be done, and nothing of the value", () => {
  const [suspect] = suspects(config(`{"command":"x","args":["--api-key=hidden"]}`));
  assert.ok(suspect !== undefined);
  assert.match(warningOf(suspect), /in clear\. Give it .* as a variable/);
  assert.doesNotMatch(warningOf(suspect), /hidden/);
});

test("a long argument is searched in no time", () => {
  const long = set(config('{"command":"x"}'), "/args", ["a=b ".repeat(200_000)]);
  const before = performance.now();
  assert.deepEqual(isObject(long) && suspects(long), []);
  assert.ok(performance.now() - before < 2_000);
});

function found(members: object): string[] {
  return suspects(config(JSON.stringify(members))).map(({ pointer, reason }) => `${pointer} ${reason}`);
}
