import assert from "node:assert/strict";
import test from "node:test";
import { isServerName } from "../src/model/name.ts";
import { shortTarget, target, transportOf } from "../src/model/summary.ts";
import { config } from "./configs.ts";

test("a server is described in a few words, none of them a masked secret", () => {
  const table: [string, string, string][] = [
    ['{"command":"npx","args":["-y","@x/files","/my folder"]}', "stdio", "npx -y @x/files '/my folder'"],
    ['{"command":"x"}', "stdio", "x"],
    ['{"command":"x","args":["--header","Authorization: Bearer ${TOKEN}"]}', "stdio", "x --header 'Authorization: Bearer ${TOKEN}'"],
    ['{"command":"docker","args":["run","-e","API_TOKEN","image"]}', "stdio", "docker run -e API_TOKEN image"],
    ['{"url":"https://u:p@h.example:8443/mcp?key=hidden"}', "http", "h.example:8443"],
    ['{"url":"https://h.example/mcp","transport":"streamable-http"}', "http", "h.example"],
    ['{"url":"https://h.example/mcp","transport":"sse"}', "sse", "h.example"],
    ['{"url":"https://h.example/mcp","type":"sse"}', "sse", "h.example"],
    ['{"command":"x","url":"https://h.example"}', "stdio", "x"],
    ['{"command":null,"url":"https://h.example"}', "http", "h.example"],
    ["{}", "stdio", ""],
    ['{"transport":"sse"}', "sse", ""],
  ];
  for (const [text, transport, expected] of table) {
    assert.equal(transportOf(config(text)), transport, text);
    assert.equal(target(config(text)), expected, text);
  }
});

test("what every npx command says is left out, and nothing that is for the program", () => {
  const table: [string[], string, string][] = [
    [["-y", "x"], "npx", "npx x"],
    [["--yes", "--quiet", "-y", "x", "-y"], "npx", "npx --quiet x -y"],
    [["-y"], "/usr/bin/npx", "/usr/bin/npx"],
    [["-y", "x"], "C:\\node\\npx.cmd", "C:\\node\\npx.cmd x"],
    [["-y", "x"], "not-npx", "not-npx -y x"],
    [["run", "-y", "image"], "docker", "docker run -y image"],
  ];
  for (const [args, command, report] of table) {
    const server = config(JSON.stringify({ command, args }));
    assert.equal(shortTarget(server), report, report);
    assert.equal(target(server).includes("-y"), true, report);
  }
});

test("names follow the service's rule, and what is wrong with one is said", () => {
  for (const good of ["a", "a.b", "@scope:x-1_2", "...", "a".repeat(128)]) assert.equal(isServerName(good), null, good);
  const table: [string, RegExp][] = [
    ["", /needed/],
    [".", /dots/],
    ["..", /dots/],
    ["a b", /White space/],
    ["a/b", /character \//],
    ["é", /é/],
    ["😀", /😀/],
    ["a\n", /White space/],
    ["a".repeat(129), /128/],
  ];
  for (const [bad, reason] of table) assert.match(isServerName(bad) ?? "legal", reason, bad);
});
