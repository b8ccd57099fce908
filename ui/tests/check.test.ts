/** The page's findings, with the schema that the service serves, held against what the service refuses. */
import assert from "node:assert/strict";
import test from "node:test";
import { set } from "../src/json/pointer.ts";
import { parseJson } from "../src/json/read.ts";
import { type Json, isObject, toPlain } from "../src/json/value.ts";
import { writeJson } from "../src/json/write.ts";
import { check } from "../src/model/check.ts";
import { anyConfig, config } from "./configs.ts";
import { call, errorPointers, forSeeds } from "./service.ts";

const schema = toPlain((await call("GET", "/schemas/mcp-server.json")).body);

test("what is wrong is said at its place", () => {
  const table: [string, string][] = [
    ['{"command":"x"}', ""],
    ['{"url":"https://h"}', ""],
    ['{"command":"x","unknown":[null]}', ""],
    ['{"command":"x","env":null}', ""],
    ["{}", ": A command or a URL is needed."],
    ['{"url":"https://h/a b"}', "/url: Must hold no white space, control characters or backslashes."],
    ['{"url":"x.example/mcp"}', "/url: Has no scheme. Did you mean https://x.example/mcp?"],
    ['{"url":"x.example/mcp?token=t"}', "/url: Has no scheme. Did you mean https://x.example/mcp?"],
    ['{"url":"unparseable"}', "/url: Must begin with https:// or http://."],
    ['{"url":""}', "/url: A URL is needed."],
    ['{"url":5}', "/url: Must be text."],
    ['{"command":""}', "/command: A command is needed."],
    ['{"command":"C:\\temp"}', "/command: Must be text on one line, and not blank."],
    ['{"command":"x","cwd":"a\\nb"}', "/cwd: Must be text on one line."],
    ['{"command":"x","env":{"A=B":"v"}}', "/env/A=B: A variable's name must not be empty or hold =."],
    ['{"url":"https://h","headers":{"X":"é"}}', "/headers/X: Must be one line of printable ASCII."],
    ['{"url":"https://h","headers":{"X Y":"v"}}', "/headers/X Y: A header's name must be letters, digits or -, without blanks or colons."],
    ['{"url":"https://h","auth":{"strategy":"bearer","value":"a\\nb"}}', "/auth/value: Must be one line of printable ASCII."],
    ['{"url":"https://h","auth":"a\\nb"}', "/auth: Must be one line of printable ASCII."],
    ['{"command":"x","env":{"A":"********","B":"[REDACTED]"}}', "/env/A: This looks like a mask, not like a secret. Enter the secret itself, or keep the stored one."],
    ['{"url":"https://********@h/"}', "/url: This looks like a mask, not like a secret. Enter the secret itself, or keep the stored one."],
    ['{"command":"x","args":"-y"}', "/args: Must be a list of texts."],
    ['{"command":"x","args":["a",5]}', "/args/1: Must be text."],
    ['{"command":"x","env":{"A":1,"B":"b"}}', "/env/A: Must be text."],
    ['{"command":"x","env":[]}', "/env: Must be names with texts."],
    ['{"command":"x","timeout":-1}', "/timeout: Must be a number of at least 0."],
    ['{"command":"x","timeout":"30"}', "/timeout: Must be a number of at least 0."],
    ['{"command":"x","enabled":"no"}', "/enabled: Must be true or false."],
    ['{"command":"x","disabled":"no"}', "/disabled: Must be true or false."],
    ['{"command":"x","enabled":true,"disabled":true}', "/disabled: Contradicts enabled: keep one of them."],
    ['{"command":"x","enabled":true,"disabled":false}', ""],
    ['{"command":"x","transport":"sse"}', "/transport: This transport needs a URL."],
    ['{"url":"https://h","transport":"stdio"}', "/transport: stdio needs a command."],
    ['{"url":"https://h","transport":"web"}', "/transport: Must be stdio, http, streamable-http or sse."],
    ['{"url":"https://h","auth":5}', "/auth: Must be a token, or an object with a strategy."],
    ['{"url":"https://h","auth":{}}', "/auth/strategy: Must be one of none, api_key, bearer, basic, header and oauth2."],
    ['{"url":"https://h","auth":{"strategy":"magic"}}', "/auth/strategy: Must be one of none, api_key, bearer, basic, header and oauth2."],
    ['{"url":"https://h","auth":{"strategy":"basic"}}', "/auth/username: A user name is needed."],
    ['{"url":"https://h","auth":{"strategy":"bearer","value":5}}', "/auth/value: Must be text."],
    ['{"url":"https://h","auth":{"strategy":"header","headers":{"A/b é":null}}}', "/auth/headers/A~1b é: Must not be null: leave it out instead."],
    ['{"url":"https://h","auth":{"strategy":"oauth2","authentication":{"client_id":"c"}}}', "/auth/authentication: Its type must be oauth."],
    [
      '{"url":"https://h","auth":"t","headers":{"authorization":"b"}}',
      "/auth: Authentication can't be combined with a header Authorization: remove one of them.",
    ],
    ['{"args":5,"env":{"A":1}}', "/args: Must be a list of texts.\n/env/A: Must be text.\n: A command or a URL is needed."],
    ['{"url":"https://h","auth":{"strategy":"basic","password":5}}', "/auth/password: Must be text.\n/auth/username: A user name is needed."],
  ];
  for (const [text, expected] of table) {
    const findings = check(config(text), schema).map(({ pointer, message }) => `${pointer}: ${message}`);
    assert.equal(findings.sort().join("\n"), expected, text);
  }
});

test("the page finds something wrong exactly where the service does, and in members foreign to a strategy", async () => {
  const seen = { taken: 0, refused: 0 };
  await forSeeds(250, "judged", async (random, server, seed) => {
    let made: Json = anyConfig(random);
    for (let count = random.below(3); count > 0; count--) made = set(made, random.pick(PLACES), parseJson(random.pick(ODDITIES)));
    if (!isObject(made)) throw new Error("it was an object");
    const findings = check(made, schema);
    const answer = await call("PUT", `${server}?dry_run=true`, made);
    const context = `${seed}: ${writeJson(made)}: ${answer.status} ${writeJson(answer.body)}, ${JSON.stringify(findings)}`;
    // A mask is refused for another reason, which another rule reports.
    assert.ok(answer.status === 201 || answer.body.get("type") === "/problems/invalid-config", context);
    if (findings.length === 0 || answer.status !== 201) assert.equal(findings.length === 0, answer.status === 201, context);
    // Where unknown members are kept, the service does not judge what the strategy has no use for; the schema does.
    else assert.ok(findings.every(({ pointer }) => pointer.startsWith("/auth/")), context);
    for (const { pointer } of answer.status === 201 ? [] : findings.filter(({ pointer }) => !pointer.startsWith("/auth/"))) {
      const isReported = errorPointers(answer).some((at) => at === pointer || at.startsWith(pointer) || pointer.startsWith(at));
      assert.ok(isReported, context);
    }
    seen[answer.status === 201 ? "taken" : "refused"] += 1;
  });
  assert.ok(seen.taken > 50 && seen.refused > 50, JSON.stringify(seen));
});

const PLACES = [
  ...["/command", "/url", "/args", "/args/0", "/env", "/env/A", "/headers", "/headers/Authorization", "/cwd", "/description"],
  ...["/timeout", "/sse_read_timeout", "/keep_alive", "/enabled", "/disabled", "/transport", "/type", "/tools", "/include_tags", "/authentication"],
  ...["/auth", "/auth/strategy", "/auth/value", "/auth/headers", "/auth/authentication", "/auth/state", "/unknown"],
];

const ODDITIES = ["null", "5", "-1", '""', '"x"', '"stdio"', '"sse"', "true", "[]", '["a"]', "[5]", "{}", '{"a":"b"}', '{"a":null}', '"oauth"'];
