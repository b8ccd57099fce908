import assert from "node:assert/strict";
import test from "node:test";
import { writeJson } from "../src/json/write.ts";
import { advice } from "../src/model/advice.ts";
import { check } from "../src/model/check.ts";
import { config } from "./configs.ts";

const said = (text: string) => advice(config(text)).map(({ pointer, proposal }) => `${pointer} ${proposal.slice(0, 16)}`);

test("a package is to have a version, wherever it is named", () => {
  for (const [command, args, index] of [
    ["npx", ["-y", "server-x"], 1],
    ["/usr/bin/npx", ["server-x"], 0],
    ["npx", ["-y", "@scope/server-x@latest", "/srv"], 1],
    ["npx", ["server-x@1.2.x"], 0],
    ["npx", ["--package", "server-x", "run"], 1],
    ["npx", ["--package=server-x", "run"], 0],
    ["npx", ["-p", "server-x@1.2.3", "run"], null],
    ["npx", ["-y", "@scope/server-x@1.2.3"], null],
    ["npx", ["./local"], null],
    ["npx", ["github:user/repo"], null],
    ["npx", ["${PACKAGE}"], null],
    ["npx", ["--registry", "https://r.example", "server-x"], 2],
    ["uvx", ["--from", "mcp-server-fetch", "run"], 1],
    ["uvx", ["mcp-server-fetch>=1"], 0],
    ["uvx", ["mcp-server-fetch==1.*"], 0],
    ["uvx", ["mcp-server-fetch@2025.4.7"], null],
    ["docker", ["run", "-i", "--rm", "-e", "A", "mcp/x"], 5],
    ["docker", ["run", "mcp/x@sha256:0123"], null],
    ["docker", ["run", "--unknown", "mcp/x"], null],
    ["node", ["server-x"], null],
  ] as const) {
    const text = JSON.stringify({ command, args });
    assert.deepEqual(said(text), index === null ? [] : [`/args/${index} Name the version`], text);
  }
});

test("a time in the wrong unit is said", () => {
  assert.deepEqual(said('{"command":"x","timeout":60000}'), ["/timeout It is in seconds"]);
  for (const timeout of ["3600", '"60000"']) assert.deepEqual(said(`{"command":"x","timeout":${timeout}}`), []);
});

test("a reference decides nowhere who is spoken to", () => {
  const wrong = (url: string) => check(config(writeJson(new Map([["url", url]]))), {}).map(({ pointer }) => pointer);
  for (const url of ["${URL}/mcp", "https://${HOST}/mcp", "https://h:${PORT}/", "https:${HOST}"]) assert.deepEqual(wrong(url), ["/url"], url);
  for (const url of ["https://h/${A}?x=${B}", "https://h?x=${A}", "$URL"]) assert.deepEqual(wrong(url), [], url);
});
