import assert from "node:assert/strict";
import test from "node:test";
import { isSeen, partsOf, seenJson, seenText } from "../src/model/characters.ts";

/** The kinds with what is seen: signs in brackets, blanks as dots. */
function drawn(text: string): string {
  return partsOf(text).map((part) => (part.kind === "sign" ? `[${part.sign}]` : part.kind === "blank" ? "·".repeat(part.text.length) : part.kind === "other" ? `<${part.text}>` : part.text)).join("");
}

test("every character that is not seen has a sign", () => {
  const table: [string, string][] = [
    ["", ""],
    ["--flag=a/b:c", "--flag=a/b:c"],
    ["true # no setup;\ntouch x", "true·#·no·setup;[\\n]touch·x"],
    ["a\tb\rc\u0000d\u001be\u007ff\u0085", "a[\\t]b[\\r]c[\\u0000]d[\\u001b]e[\\u007f]f[\\u0085]"],
    [" a  b ", "·a··b·"],
    ["a\u00a0b\u2003c\u3000", "a[\\u00a0]b[\\u2003]c[\\u3000]"],
    ["a\u202egnp.exe\u2066\u2069\u200f", "a[\\u202e]gnp.exe[\\u2066][\\u2069][\\u200f]"],
    ["a\u200bb\u200c\u200d\u2060\ufeff\u00ad", "a[\\u200b]b[\\u200c][\\u200d][\\u2060][\\ufeff][\\u00ad]"],
    ["a\u2028b\u2029", "a[\\u2028]b[\\u2029]"],
    ["a\u3164\u115f\u2800\ufe0f\u{e0041}", "a[\\u3164][\\u115f][\\u2800][\\ufe0f][\\u{e0041}]"],
    ["a\ud800b\ue000", "a[\\ud800]b[\\ue000]"],
    ["p\u0430th \u05d0\u05d1", "p<\u0430>th·<\u05d0\u05d1>"],
    ["\u{1f600}", "<\u{1f600}>"],
  ];
  for (const [text, expected] of table) assert.equal(drawn(text), expected, JSON.stringify(text));
});

test("what is drawn like another character has a sign", () => {
  // The Greek question mark is a semicolon to the eye, the Kelvin sign a K; an accent that follows its letter is one letter with it.
  assert.equal(drawn("a\u037eb\u212a"), "a[\\u037e]b[\\u212a]");
  assert.equal(drawn("\u00e9"), "<\u00e9>");
  assert.equal(drawn("e\u0301"), "e[\\u0301]");
});

test("two texts that differ never look the same", () => {
  const all = ["a", " ", "\n", "\\n", "\\u202e", "\u202e", "\u200b", "\u00e9", "e\u0301", "·", "[", "]", "<", ">", "\t", "\u00a0", "\u0430"];
  const seen = new Map<string, string>();
  for (const one of all) for (const two of all) for (const three of ["", ...all]) {
    const text = one + two + three;
    const look = JSON.stringify(partsOf(text).map((part) => [part.kind, part.kind === "sign" ? part.sign : part.text]));
    assert.equal(seen.get(look) ?? text, text);
    seen.set(look, text);
    assert.equal(partsOf(text).map((part) => part.text).join(""), text, "nothing is lost");
  }
});

test("a line needs no mark where each blank of it is between two words", () => {
  for (const text of ["", "npx -y x", "p\u0430th"]) assert.ok(isSeen(text), text);
  for (const text of [" x", "x ", "x  y", "x\ny", "x\u200by", " "]) assert.ok(!isSeen(text), JSON.stringify(text));
});

test("where nothing can be marked escapes are written, and JSON with them says the same", () => {
  assert.equal(seenText("a\nb\u202e c"), "a\\nb\\u202e c");
  const value = { "a\u200b": "x\u202e \u{e0041} \u00a0é\ud800" };
  const shown = seenJson(JSON.stringify(value, null, 2));
  assert.deepEqual(JSON.parse(shown), value);
  assert.match(shown, /^\{\n {2}"a\\u200b": "x\\u202e \\udb40\\udc41 \\u00a0é\\ud800"\n\}$/);
});
