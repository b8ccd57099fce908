import assert from "node:assert/strict";
import test from "node:test";
import { telltaleArguments } from "../src/model/command-line.ts";
import { isServerName } from "../src/model/name.ts";
import { target, transportOf } from "../src/model/summary.ts";
import { config } from "./configs.ts";

test("a server is told in a few words, none of them a secret", () => {
  const table: [string, string, string][] = [
    ['{"command":"npx","args":["-y","@x/files","/my folder"]}', "stdio", "npx -y @x/files '/my folder'"],
    ['{"command":"x"}', "stdio", "x"],
    ['{"command":"x","args":["--api-key","hidden","--verbose"]}', "stdio", "x --api-key … --verbose"],
    ['{"command":"x","args":["--token=hidden","API_KEY=hidden"]}', "stdio", "x --token=… API_KEY=…"],
    ['{"command":"x","args":["--header","Authorization: Bearer hidden"]}', "stdio", "x --header 'Authorization: …'"],
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
  for (const [text, transport, told] of table) {
    assert.equal(transportOf(config(text)), transport, text);
    assert.equal(target(config(text)), told, text);
  }
});

test("arguments that look like secrets are found, and others are not", () => {
  const table: [string[], number[]][] = [
    [["--api-key", "abc"], [1]],
    [["--api-key", "--other"], []],
    [["--api-key", "$API_KEY"], []],
    [["--api-key=abc"], [0]],
    [["-e", "GITHUB_TOKEN=abc"], [1]],
    [["GITHUB_TOKEN=${input:token}"], []],
    [["--keep-alive", "1"], []],
    [["https://token.example/x"], []],
    [["X-Api-Key: abc"], [0]],
    [["--tokens-file=/x"], [0]],
  ];
  for (const [args, expected] of table) assert.deepEqual(telltaleArguments(args), expected, args.join(" "));
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
