import assert from "node:assert/strict";
import test from "node:test";
import { preview } from "../src/model/preview.ts";
import { config } from "./configs.ts";

test("a preview says what a server is, by names and never by values that may be secret", () => {
  const full = config(
    '{"command":"npx","args":["x","--token","hidden","--api-key=hidden","ghp_hidden0123456","of-the-service-hidden"],"env":{"A":"**********","B":"[REDACTED]","C":"${NAME}"},"headers":{},"auth":{"strategy":"basic","username":"u","password":"**********"},"enabled":false}',
  );
  const { transport, line, rows, text } = preview(full, [{ pointer: "/args/5" }]);
  assert.deepEqual([transport, line], ["stdio", "npx x --token … --api-key=… … …"]);
  assert.deepEqual(rows, [["Environment", ["A", "B", "C"]], ["Authentication", ["basic"]], ["State", ["turned off"]]]);
  assert.deepEqual(JSON.parse(text), {
    command: "npx",
    args: ["x", "--token", "…", "--api-key=…", "…", "…"],
    env: { A: "set", B: "set", C: "${NAME}" },
    headers: {},
    auth: { strategy: "basic", username: "u", password: "set" },
    enabled: false,
  });
  assert.deepEqual(preview(new Map(), []), { transport: "stdio", line: "", rows: [], text: "{}" });
});
