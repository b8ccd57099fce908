import assert from "node:assert/strict";
import test from "node:test";
import { keysOf, matching, promptOf, resourceOf, variablesOf } from "../src/model/listed.ts";

const entry = (entry: unknown, more = {}) => ({ name: "a://b", title: null, description: null, findings: [], entry, ...more });

test("the variables of a template are those of its expressions, each once", () => {
  const cases: [string, string[]][] = [
    ["notes://{year}/{month}{?words*,page}", ["year", "month", "words", "page"]],
    ["x{+path:3}{#part}{.ext}{/a}{;b}{&c}", ["path", "part", "ext", "a", "b", "c"]],
    ["{a}{a}", ["a"]],
    ["no expression {", []],
    ["{}{ }{,}", []],
    ["{{a}}", ["a"]],
  ];
  for (const [template, names] of cases) assert.deepEqual(variablesOf(template), names, template);
});

test("what a server says of a resource is shown where it has the right form, and ignored elsewhere", () => {
  const full = { uri: "a://b", name: "b", mimeType: "text/plain", size: 3, annotations: { audience: ["user", 1], lastModified: "2026-01-02" } };
  const { whole: _, ...shown } = resourceOf(entry(full), false);
  assert.deepEqual(shown, {
    name: "a://b", title: null, description: null, isTemplate: false, findings: [],
    label: "b", mediaType: "text/plain", size: 3, audience: ["user"], changed: "2026-01-02", variables: [],
  });
  for (const odd of [null, "x", [], {}, { name: 1, mimeType: [], size: "3", annotations: [] }, { mimeType: " ", size: -1, annotations: { audience: "user" } }, { size: 1.5 }]) {
    const { label, mediaType, size, audience, changed } = resourceOf(entry(odd), false);
    assert.deepEqual([label, mediaType, size, audience, changed], [null, null, null, [], null], JSON.stringify(odd));
  }
  assert.equal(resourceOf(entry({ name: "b" }, { title: "B" }), false).label, null, "the title says it");
  assert.deepEqual(resourceOf(entry({}, { name: "a://{b}" }), false).variables, [], "a URI is no template");
});

test("the arguments of a prompt are those that have a name, the required ones first", () => {
  const listed = [{ name: "a" }, { description: "nameless" }, null, { name: "b", title: "B", description: "Why.", required: true }, { name: "c", required: "yes" }];
  assert.deepEqual(promptOf(entry({ arguments: listed })).args, [
    { name: "b", title: "B", description: "Why.", isRequired: true },
    { name: "a", title: null, description: null, isRequired: false },
    { name: "c", title: null, description: null, isRequired: false },
  ]);
  for (const odd of [null, {}, { arguments: null }, { arguments: { name: "a" } }]) assert.deepEqual(promptOf(entry(odd)).args, [], JSON.stringify(odd));
});

test("a search finds what has each of its words somewhere", () => {
  const all = [
    { name: "echo", title: null, description: "Says it\nagain" },
    { name: "dot", title: "A Dot", description: null },
  ];
  const found = (typed: string) => matching(all, typed, ({ name }) => (name === "dot" ? "image/png" : "")).map(({ name }) => name);
  assert.deepEqual(found(""), ["echo", "dot"]);
  assert.deepEqual(found("  AGAIN echo"), ["echo"]);
  assert.deepEqual(found("a"), ["echo", "dot"]);
  assert.deepEqual(found("png a"), ["dot"]);
  assert.deepEqual(found("again dot"), []);
});

test("entries of the same name are distinguished", () => {
  const all = ["a", "b", "a"].map((name) => ({ name, title: null, description: null }));
  const keys = all.map((own) => keysOf(all).get(own));
  assert.equal(new Set(keys).size, 3);
  assert.equal(keysOf(all.slice(0, 2)).get(all[0] as (typeof all)[0]), keys[0], "what comes later changes no key");
});
