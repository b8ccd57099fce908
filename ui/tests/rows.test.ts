import assert from "node:assert/strict";
import test from "node:test";
import { shellLine } from "../src/model/command-line.ts";
import { parseEnvText, parseShellLine } from "../src/model/rows.ts";
import { forAll } from "./random.ts";

test("the lines of a .env file become variables", () => {
  const table: [string, [string, string][]][] = [
    ["A=1", [["A", "1"]]],
    ["A=1\nB=2\r\nC=3\n", [["A", "1"], ["B", "2"], ["C", "3"]]],
    ["export A=1", [["A", "1"]]],
    ["  A = 1  ", [["A", "1"]]],
    ["A=", [["A", ""]]],
    ['A=""', [["A", ""]]],
    ["# comment\n\n\nA=1 # comment", [["A", "1"]]],
    ["A=a#b", [["A", "a#b"]]],
    ["A=#b", [["A", ""]]],
    ["A='a # b' # c", [["A", "a # b"]]],
    ['A="a\\nb\\"c\\$d\\q"', [["A", 'a\nb"c$d\\q']]],
    ["A='a\\nb'", [["A", "a\\nb"]]],
    ['A="-----BEGIN\nline two\n-----END"\nB=2', [["A", "-----BEGIN\nline two\n-----END"], ["B", "2"]]],
    ["A='one\ntwo'", [["A", "one\ntwo"]]],
    ["A=`it's`", [["A", "it's"]]],
    ["A=b=c", [["A", "b=c"]]],
    ["A=it's", [["A", "it's"]]],
    ["A: 1", [["A", "1"]]],
    ["A=1\nA=2", [["A", "2"]]],
    ["A=$HOME", [["A", "$HOME"]]],
    ["A.b-c=1", [["A.b-c", "1"]]],
    ["__proto__=1", [["__proto__", "1"]]],
    ["\ufeffA=1", [["A", "1"]]],
    ["", []],
  ];
  for (const [text, entries] of table) assert.deepEqual(parseEnvText(text), { entries, faults: [] }, text);
});

test("a line that is not a variable is reported with its place, and the others are taken", () => {
  const { entries, faults } = parseEnvText('A="x\ny"\nhidden words\nB=2\nC="hidden\nD=\'x\' hidden\nE=5');
  assert.deepEqual(entries, [["A", "x\ny"], ["B", "2"], ["E", "5"]]);
  assert.deepEqual(faults.map((fault) => fault.pointer), ["/2", "/4", "/5"]);
  assert.match(faults[0]?.message ?? "", /^Line 3: .*NAME=value/);
  assert.match(faults[1]?.message ?? "", /^Line 5: .*closing quote is missing/);
  assert.match(faults[2]?.message ?? "", /^Line 6: .*follows/);
  assert.ok(!JSON.stringify(faults).includes("hidden"));
});

test("a shell line is taken apart as a shell would, and nothing is expanded", () => {
  const table: [string, [string, string][], string[]][] = [
    ["npx -y @x/server", [], ["npx", "-y", "@x/server"]],
    ["FOO=1 BAR='a b' npx -y x", [["FOO", "1"], ["BAR", "a b"]], ["npx", "-y", "x"]],
    ["env FOO=1 npx x", [["FOO", "1"]], ["npx", "x"]],
    ["env", [], ["env"]],
    ["npx x FOO=1", [], ["npx", "x", "FOO=1"]],
    ["'FOO=1' x", [], ["FOO=1", "x"]],
    ["$ npx x", [], ["npx", "x"]],
    [`run "a b" 'c "d"' e\\ f g"h"'i'`, [], ["run", "a b", 'c "d"', "e f", "ghi"]],
    ['run "\\$HOME \\n \\"q\\"" $HOME ~/x *', [], ["run", '$HOME \\n "q"', "$HOME", "~/x", "*"]],
    ["run '' \"\"", [], ["run", "", ""]],
    ["docker run \\\n  -i --rm \\\r\n  image", [], ["docker", "run", "-i", "--rm", "image"]],
    ["run a`\n b", [], ["run", "a", "b"]],
    ["run \"a;b|c\" 'x && y'", [], ["run", "a;b|c", "x && y"]],
    ["  run\tx  ", [], ["run", "x"]],
  ];
  for (const [text, env, [command, ...args]] of table) {
    assert.deepEqual(parseShellLine(text), { env, command, args }, text);
  }
});

test("a text that is not a single command is refused with the reason", () => {
  const table: [string, RegExp][] = [
    ["", /no command/],
    ["FOO=1", /no command/],
    ["run 'a", /not closed/],
    ['run "a', /not closed/],
    ["run a\\", /backslash/],
    ["run a | other", /\| has no meaning/],
    ["cd /x && run", /&& has no meaning/],
    ["run > file", /> has no meaning/],
    ["run a;", /; has no meaning/],
    ["run $(x)", /\( has no meaning/],
    ["run a\nrun b", /more than one line/],
  ];
  for (const [text, reason] of table) {
    const found = parseShellLine(text);
    assert.ok("message" in found, text);
    assert.match(found.message, reason, text);
  }
});

test("words that are written as a shell line are read as the same words", () => {
  forAll(500, (random) => {
    const args = Array.from({ length: random.below(4) }, () => random.text().replaceAll("\n", " "));
    assert.deepEqual(parseShellLine(shellLine(["run", ...args])), { env: [], command: "run", args });
  });
});
