import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { get, set } from "../src/json/pointer.ts";
import { toPlain } from "../src/json/value.ts";
import { parsePaste } from "../src/model/paste.ts";
import { preview } from "../src/model/preview.ts";
import { secretLeaves } from "../src/model/secrets.ts";
import { replaceParts } from "../src/model/url-parts.ts";
import { anyConfig, config } from "./configs.ts";
import { forAll } from "./random.ts";
import { call } from "./service.ts";

test("a preview says what a server is, by names and never by values", () => {
  const full = config(
    '{"command":"npx","args":["x","--token","hidden","--api-key=hidden","ghp_hidden0123456"],"env":{"A":"hidden","B":"[REDACTED]"},"headers":{},"auth":{"strategy":"basic","username":"u","password":"hidden"},"enabled":false}',
  );
  const { transport, line, rows, text } = preview(full);
  assert.deepEqual([transport, line], ["stdio", "npx x --token … --api-key=… …"]);
  assert.deepEqual(rows, [["Environment", ["A", "B"]], ["Authentication", ["basic"]], ["State", ["turned off"]]]);
  assert.deepEqual(JSON.parse(text), {
    command: "npx",
    args: ["x", "--token", "…", "--api-key=…", "…"],
    env: { A: "new value", B: "set" },
    headers: {},
    auth: { strategy: "basic", username: "u", password: "new value" },
    enabled: false,
  });
  assert.doesNotMatch(JSON.stringify(preview(full)), /hidden/);
  assert.deepEqual(preview(new Map()), { transport: "stdio", line: "", rows: [], text: "{}" });
});

test("no secret of any configuration is in its preview", () => {
  const canary = "canary-3f1b";
  forAll(300, (random) => {
    let full = anyConfig(random);
    for (const at of secretLeaves(full)) {
      const value = get(full, at);
      const isUrl = typeof value === "string" && (at === "/url" || value.includes("://"));
      const planted = isUrl ? replaceParts(value, canary) : canary;
      full = new Map(set(full, at, planted) as typeof full);
    }
    assert.ok(!JSON.stringify(preview(full)).includes(canary), JSON.stringify(toPlain(full)));
  });
});

test("the servers of OpenHands' own settings files are found in them, and read as the service reads them", async () => {
  const schema = toPlain((await call("GET", "/schemas/mcp-server.json")).body);
  const folder = process.env["FIXTURES"] ?? "";
  const files = readdirSync(join(folder, "migrations")).filter((name) => /^(?!v9-acp|wrapped-v5-invalid|v2-persisted.in).*\.(in|out\.disk)\.json$/.test(name));
  assert.ok(files.length >= 8, files.join());
  for (const file of files) {
    const { drafts, fault } = parsePaste(readFileSync(join(folder, "migrations", file), "utf8"), schema);
    assert.equal(fault, null, file);
    assert.ok(drafts.length > 0, file);
    for (const { name, findings, nameFault } of drafts) assert.deepEqual([findings, nameFault], [[], null], `${file}: ${name}`);
  }
});
