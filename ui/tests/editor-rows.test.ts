import assert from "node:assert/strict";
import test from "node:test";
import type { Json } from "../src/json/value.ts";
import { writeJson } from "../src/json/write.ts";
import { type Row, arrayOf, followed, objectOf, rowFaults, rowsOf, withGone, withRows } from "../src/screens/editor/entries.ts";
import { type Taken, takenAmongHeaders, takenAmongVariables, takenAsWords } from "../src/screens/editor/taken.ts";
import { config } from "./configs.ts";

const pairs = (...entries: [string, Json][]): Row[] => withRows([], entries);

test("an object and a list survive their rows, in their order", () => {
  for (const text of ['{"B":"1","A":"2"}', '{"A":"","N":5}', "{}"]) {
    assert.equal(writeJson(objectOf(rowsOf(config(text)))), text);
  }
  assert.deepEqual(arrayOf(rowsOf(["b", "", "a"])), ["b", "", "a"]);
});

test("rows keep their ids while others come and go", () => {
  const rows = withRows(rowsOf(config('{"A":"1","B":"2"}')), [["C", "3"], ["D", "4"]], 0);
  assert.deepEqual(rows.map(({ id, name }) => [id, name]), [[0, "A"], [2, "C"], [3, "D"], [1, "B"]]);
  assert.equal(new Set(withRows(rows.toSpliced(1, 1), [["E", ""]]).map(({ id }) => id)).size, 4);
});

test("a row that is gone keeps its place, and means nothing", () => {
  const [first, second, third] = pairs(["A", "1"], ["B", "2"], ["B", "3"]) as [Row, Row, Row];
  const rows = [first, { ...second, isGone: true }, third];
  assert.equal(writeJson(objectOf(rows)), '{"A":"1","B":"3"}');
  assert.deepEqual(arrayOf(rows), ["1", "3"]);
  assert.deepEqual(rowFaults("/env", rows), []);
  assert.equal(followed(rows, config('{"A":"1","B":"3"}')), rows);
});

test("a name that is gone by other means has a row where it is stored", () => {
  const order = ["A", "B", "C"];
  const names = (rows: Row[]) => rows.map(({ name, isGone }) => (isGone === true ? `-${name}` : name));
  assert.deepEqual(names(withGone(pairs(["A", "1"], ["C", "3"], ["N", "4"]), ["B"], order)), ["A", "-B", "C", "N"]);
  assert.deepEqual(names(withGone(pairs(["N", "4"]), ["A", "C"], order)), ["-A", "-C", "N"]);
  const all = withGone(pairs(), order, order);
  assert.deepEqual(names(all), ["-A", "-B", "-C"]);
  assert.equal(new Set(all.map(({ id }) => id)).size, 3);
  assert.equal(withGone(all, order, order), all);
});

test("a name that is used twice is reported at its row, and nothing is merged", () => {
  const rows = pairs(["A", "1"], ["B", "2"], ["A", "3"], ["", "4"], ["", ""]);
  assert.deepEqual(
    rowFaults("/env", rows).map(({ pointer }) => pointer),
    ["/env/#3", "/env/#4"],
  );
  assert.equal(rowFaults("/env", pairs(["A", "1"], ["", ""], ["", ""])).length, 0);
  assert.equal(objectOf(rows).get("A"), "1");
});

test("rows stay while the draft says what they mean, and follow it where it was changed otherwise", () => {
  const rows = pairs(["A", "1"], ["A", "2"], ["", ""]);
  assert.equal(followed(rows, config('{"A":"1"}')), rows);
  assert.deepEqual(followed(rows, config('{"A":"9"}')).map(({ value }) => value), ["9"]);
  const blank = pairs(["", ""]);
  assert.equal(followed(blank, undefined), blank);
  assert.deepEqual(followed(rows, undefined), []);
  const words = withRows([], [["", "x"], ["", ""]]);
  assert.equal(followed(words, ["x", ""]), words);
});

function said(taken: Taken | null) {
  return taken === null ? null : [taken.command, taken.args, taken.entries, taken.said];
}

test("a text of several variables is taken apart, and one value is not", () => {
  assert.deepEqual(said(takenAmongVariables("# c\nexport A=1\nB='x y'\n", false)), [null, [], [["A", "1"], ["B", "x y"]], "2 variables were added."]);
  assert.deepEqual(said(takenAmongVariables("A=1", true)), [null, [], [["A", "1"]], "1 variable was added."]);
  assert.deepEqual(said(takenAmongVariables("A=1 npx -y x", true)), ["npx", ["-y", "x"], [["A", "1"]], "The command, 2 arguments and 1 variable were added."]);
  for (const [text, isName] of [["A=1", false], ["postgres://u:p@h/db?x=1", true], ["NAME", true], ["two words", false]] as const) {
    assert.equal(takenAmongVariables(text, isName), null, text);
  }
});

test("lines that are no variables are named, and the others are taken", () => {
  const taken = takenAmongVariables("A=1\nwhat is this\n", false);
  assert.deepEqual(taken?.entries, [["A", "1"]]);
  assert.match(taken?.said ?? "", /^1 variable was added\. Line 2/);
});

test("header lines are taken apart", () => {
  assert.deepEqual(said(takenAmongHeaders("X-A: 1\r\nAuthorization: Bearer a:b\r\n", false)), [
    null,
    [],
    [["X-A", "1"], ["Authorization", "Bearer a:b"]],
    "2 headers were added.",
  ]);
  assert.deepEqual(takenAmongHeaders("X-A: 1", true)?.entries, [["X-A", "1"]]);
  for (const text of ["X-A: 1", "Bearer abc"]) assert.equal(takenAmongHeaders(text, false), null, text);
});

test("a shell line becomes command and arguments, or arguments alone where the command is there", () => {
  assert.deepEqual(said(takenAsWords("npx -y '@a/b c'", "", true)), ["npx", ["-y", "@a/b c"], [], "The command and 2 arguments were added."]);
  assert.deepEqual(takenAsWords("npx -y x", "npx", false)?.args, ["-y", "x"]);
  assert.deepEqual(takenAsWords("--flag value", "npx", false)?.args, ["--flag", "value"]);
  assert.equal(takenAsWords("--flag value", "npx", false)?.command, null);
  assert.deepEqual(takenAsWords("--flag 'a b'\r\n--last\n", "npx", false)?.args, ["--flag", "a b", "--last"]);
  assert.equal(takenAsWords("npx a\nnpx b", "", true), null);
  assert.equal(takenAsWords("npx", "", true), null);
  assert.deepEqual(said(takenAsWords('--a "b c"\nD=1\n', "", false)), [null, ["--a", "b c", "D=1"], [], "3 arguments were added."]);
  assert.equal(takenAsWords('--a "b\nc\n--d', "npx", false), null);
});
