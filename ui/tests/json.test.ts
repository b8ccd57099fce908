import assert from "node:assert/strict";
import test from "node:test";
import { get, pointer, set, steps } from "../src/json/pointer.ts";
import { JsonFault, parseAnswer, parseJson } from "../src/json/read.ts";
import { type Json, JsonNumber, equal, fromPlain, isObject, toPlain } from "../src/json/value.ts";
import { writeJson } from "../src/json/write.ts";
import { type Random, forAll } from "./random.ts";

test("what is written is read again as it was, in one line and in many", () => {
  forAll(2000, (random) => {
    const value = random.json(4);
    for (const indent of [0, 2, 4]) {
      const text = writeJson(value, indent);
      const again = parseJson(text);
      assert.ok(equal(again, value), text);
      assert.equal(writeJson(again, indent), text);
    }
    assert.equal(writeJson(value, 2), sameAsBuiltIn(value));
  });
});

/** `JSON.stringify` lays text out alike, so that an editor that formats a draft changes nothing else. */
function sameAsBuiltIn(value: Json): string {
  const numbers: string[] = [];
  const marked = (part: Json): unknown => {
    if (part instanceof JsonNumber) return `#${numbers.push(part.text) - 1}#`;
    if (Array.isArray(part)) return part.map(marked);
    if (!isObject(part)) return part;
    const plain = {};
    for (const [name, member] of part) Object.defineProperty(plain, name, { value: marked(member), enumerable: true });
    return plain;
  };
  // Its objects put names like "0" first, so members are only compared where none is.
  if (writeJson(value).includes('"0":')) return writeJson(value, 2);
  return JSON.stringify(marked(value), null, 2).replace(/"#(\d+)#"/g, (_, index: string) => numbers[Number(index)] ?? "");
}

test("numbers keep their spelling, and objects their order", () => {
  const text = '{"b":1.0,"a":[1e2,-0,9007199254740993,0.10],"1":12345678901234567890}';
  assert.equal(writeJson(parseJson(text)), text);
});

test("equal values are equal in any order of members, and integers to the digit", () => {
  const table: [string, string, boolean][] = [
    ['{"a":1,"b":[2,{}]}', '{"b":[2,{}],"a":1}', true],
    ["[1,2]", "[2,1]", false],
    ["1", "1.0", true],
    ["1e2", "100", true],
    ["0", "-0", true],
    ["9007199254740992", "9007199254740993", false],
    ["123456789012345678901234567890", "123456789012345678901234567891", false],
    ["1", '"1"', false],
    ["null", "false", false],
    ["{}", "[]", false],
    ['{"a":null}', "{}", false],
    ['{"a":1}', '{"a":1,"b":2}', false],
  ];
  for (const [one, two, expected] of table) {
    assert.equal(equal(parseJson(one), parseJson(two)), expected, `${one} and ${two}`);
    assert.equal(equal(parseJson(two), parseJson(one)), expected, `${two} and ${one}`);
  }
  forAll(500, (random) => {
    const value = random.json(4);
    assert.ok(equal(value, shuffled(value, random)));
  });
});

function shuffled(value: Json, random: Random): Json {
  if (Array.isArray(value)) return value.map((element) => shuffled(element, random));
  if (!isObject(value)) return value;
  return new Map(random.shuffled([...value]).map(([name, member]) => [name, shuffled(member, random)]));
}

test("every fault has its place and its reason", () => {
  const table: [string, number, number, RegExp][] = [
    ["", 1, 1, /nothing here/],
    ["  \n ", 2, 2, /nothing here/],
    ['{"a":1,"a":2}', 1, 8, /"a" is used twice/],
    ['{"a":1,"\\u0061":2}', 1, 8, /is used twice/],
    ['{\n  "a": 1,\n}', 2, 9, /no comma/],
    ["[1,]", 1, 3, /no comma/],
    ["{\r\n'a': 1}", 2, 1, /name in double quotes/],
    ['["a" "b"]', 1, 6, /comma or a closing \]/],
    ['{"a" 1}', 1, 6, /colon/],
    ['{"a":tru}', 1, 6, /true, false and null/],
    ['{"a":', 1, 6, /text ends/],
    ['{"a":1', 1, 7, /before a closing \}/],
    ['"abc', 1, 1, /closing quote/],
    ['"a\nb"', 1, 3, /line break/],
    ['"\\x"', 1, 2, /escape/],
    ['"\\u12g4"', 1, 2, /escape/],
    ['["\\ud800"]', 1, 2, /surrogate/],
    ['"\\udc00\\ud800"', 1, 1, /surrogate/],
    ['"\\u0000"', 1, 1, /NUL/],
    ["01", 1, 1, /no value/],
    ["+1", 1, 1, /no value/],
    ["1.", 1, 1, /no value/],
    [".5", 1, 1, /no value/],
    ["-", 1, 1, /no value/],
    ["1e999", 1, 1, /too big/],
    ["1e-999", 1, 1, /too small/],
    ["1".repeat(309), 1, 1, /too big/],
    ["{} {}", 1, 4, /more text/],
    ["// a\n1", 1, 1, /no value/],
    ["\ufeff{}", 1, 1, /no value/],
    ["[".repeat(65) + "]".repeat(65), 1, 65, /64 levels/],
  ];
  for (const [text, line, column, reason] of table) {
    assert.throws(
      () => parseJson(text),
      (fault: unknown) => {
        assert.ok(fault instanceof JsonFault, text);
        assert.match(fault.message, reason, text);
        assert.deepEqual([fault.line, fault.column], [line, column], text);
        return true;
      },
    );
  }
});

test("no fault quotes a value", () => {
  for (const text of ['{"a":"hidden-value}', '{"a":hidden}', '{"a":"hidden-value" "b"}', '["hidden-value\\x"]', "[hidden-value]"]) {
    assert.throws(() => parseJson(text), (fault: unknown) => fault instanceof JsonFault && !fault.message.includes("hidden"));
  }
});

test("the limits are those of a request's body, and what the service answers may pass them", () => {
  const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  parseJson(deep(64));
  parseJson("9".repeat(308));
  for (const text of [deep(500), "1e999", '"\\u0000"']) {
    assert.throws(() => parseJson(text), JsonFault);
    assert.equal(writeJson(parseAnswer(text)), text);
  }
});

test("plain values and lossless ones are turned into each other", () => {
  const plain = { a: [1, 2.5, "x", null, true], b: { c: {} } };
  assert.deepEqual(toPlain(fromPlain(plain)), plain);
  assert.deepEqual(Object.keys(toPlain(parseJson('{"__proto__":{"a":1}}')) as object), ["__proto__"]);
  assert.throws(() => fromPlain(NaN), TypeError);
  assert.throws(() => fromPlain(() => 1), TypeError);
});

test("a pointer and its names are two spellings of one thing", () => {
  forAll(500, (random) => {
    const names = Array.from({ length: random.below(5) }, () => random.text());
    assert.deepEqual(steps(pointer(...names)), names);
  });
  assert.equal(pointer("a/b", "~", 0), "/a~1b/~0/0");
  assert.deepEqual(steps("/~01"), ["~1"]);
  assert.equal(pointer(), "");
});

test("a pointer leads to members and elements, and nowhere else", () => {
  const root = parseJson('{"a":[{"b":null}],"":1,"x/y":2}');
  const table: [string, string | undefined][] = [
    ["", writeJson(root)],
    ["/a/0/b", "null"],
    ["/", "1"],
    ["/x~1y", "2"],
    ["/a/00", undefined],
    ["/a/1", undefined],
    ["/a/-", undefined],
    ["/a/0/b/c", undefined],
    ["/toString", undefined],
  ];
  for (const [at, expected] of table) {
    const found = get(root, at);
    assert.equal(found === undefined ? undefined : writeJson(found), expected, at);
  }
});

test("setting makes a new tree, and changes one place in it", () => {
  const table: [string, string, string | undefined, string][] = [
    ['{"a":1}', "/b", "2", '{"a":1,"b":2}'],
    ['{"a":1,"b":2}', "/a", "3", '{"a":3,"b":2}'],
    ['{"a":1,"b":2}', "/a", undefined, '{"b":2}'],
    ['{"a":1}', "/b/c", undefined, '{"a":1}'],
    ['{"a":{"b":1}}', "/a/b", undefined, '{"a":{}}'],
    ["{}", "/a/b", "1", '{"a":{"b":1}}'],
    ["[1,2]", "/0", undefined, "[2]"],
    ["[1,2]", "/2", "3", "[1,2,3]"],
    ["[1,2]", "/-", "3", "[1,2,3]"],
    ["[1,2]", "/9", "3", "[1,2]"],
    ["[1,2]", "/9", undefined, "[1,2]"],
    ['{"a":[{"b":1}]}', "/a/0/b", "2", '{"a":[{"b":2}]}'],
    ["{}", "", "1", "1"],
  ];
  for (const [before, at, value, after] of table) {
    const root = parseJson(before);
    const changed = set(root, at, value === undefined ? undefined : parseJson(value));
    assert.equal(writeJson(changed), after, `${before} ${at}`);
    assert.equal(writeJson(root), before, "the old tree is as it was");
  }
});
