import assert from "node:assert/strict";
import test from "node:test";
import { parseJson } from "../src/json/read.ts";
import { writeJson } from "../src/json/write.ts";
import { allowing, allowingAll, denying, isAllowed } from "../src/model/tool-rules.ts";
import { type Argument, argumentsOf, fieldsOf, readFields } from "../src/model/tool-schema.ts";
import { config } from "./configs.ts";

const ALL = { allow: null, deny: [], pinned: false };

test("a tool that is denied is given back by allowing it, and nothing else changes", () => {
  const denied = denying(denying(ALL, "a"), "a");
  assert.deepEqual(denied, { allow: null, deny: ["a"], pinned: false });
  assert.deepEqual([isAllowed(denied, "a"), isAllowed(denied, "b")], [false, true]);
  assert.deepEqual(allowing(denied, "a"), ALL);
  const few = { allow: ["b"], deny: [], pinned: true };
  assert.equal(isAllowed(few, "a"), false);
  assert.deepEqual(allowing(few, "a"), { allow: ["b", "a"], deny: [], pinned: true });
  assert.deepEqual(allowing(denying(few, "b"), "b"), few);
  assert.deepEqual(allowingAll(denying(few, "b")), { allow: null, deny: [], pinned: true });
});

/** What is said of each argument of a schema, in short. */
function said(schema: string): string[] | null {
  const args = argumentsOf(parseJson(schema));
  return args?.map(({ name, types, kind, isRequired }) => `${name}${isRequired ? "!" : ""} ${kind} ${types.join("|")}`) ?? null;
}

test("each argument has the field that fits its schema, and what is not simple is JSON", () => {
  assert.deepEqual(
    said(`{"type":"object","required":["b"],"properties":{
      "a":{"type":"string"},"b":{"type":"integer"},"c":{"type":["number","null"]},"d":{"type":"boolean"},"e":{"enum":["x",1,null]},
      "f":{"type":"array","items":{"type":"string"}},"g":{"type":"object"},"h":{"anyOf":[{"type":"string"},{"type":"null"}]},
      "i":{"anyOf":[{"type":"string"},{"type":"integer"}]},"j":{"$ref":"#/$defs/j"},"k":{"const":"only"},"l":true,"m":{"$ref":"#/nowhere"},
      "n":{"allOf":[{"$ref":"#/$defs/j"}],"description":"n"}},"$defs":{"j":{"type":"string","enum":["y"]}}}`),
    [
      "b! integer integer", "a text string", "c number number|null", "d boolean boolean", "e choice string|number|null",
      "f json array of string", "g json object", "h text string|null", "i json string|integer", "j choice string", "k choice string", "l json ", "m json ",
      "n choice string",
    ],
  );
  assert.deepEqual(said('{"type":"object"}'), []);
  for (const schema of ["null", "true", "[]", '{"anyOf":[{"type":"object"},{"type":"object"}]}', '{"properties":[]}', '{"type":"string"}', '{"$ref":"#"}']) {
    assert.equal(said(schema), null, schema);
  }
});

test("a schema that refers to itself ends", () => {
  const deep = '{"properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"type":"array","items":{"$ref":"#/$defs/a"}}}}';
  assert.match(said(deep)?.[0] ?? "", /^a json array of array/);
  assert.deepEqual(said('{"properties":{"a":{"$ref":"#/properties/a"}}}'), ["a json "]);
});

const SCHEMA = `{"type":"object","required":["text"],"properties":{"text":{"type":"string"},"number":{"type":"number"},"count":{"type":"integer"},
  "is":{"type":"boolean"},"one":{"enum":["a",2]},"list":{"type":"array"}}}`;

test("fields and JSON say the same, and numbers keep their spelling", () => {
  const args = argumentsOf(parseJson(SCHEMA)) as Argument[];
  const values = config('{"text":"x","number":1.50,"count":12345678901234567890,"is":false,"one":2,"list":[1.0],"more":{"a":1}}');
  const fields = fieldsOf(args, values);
  assert.ok(fields !== null);
  assert.deepEqual([...fields.rest.keys()], ["more"]);
  const read = readFields(args, fields.texts, fields.rest);
  assert.ok("ok" in read);
  assert.equal(writeJson(read.ok), writeJson(values));
});

test("what fits no field stays JSON", () => {
  const args = argumentsOf(parseJson(SCHEMA)) as Argument[];
  for (const values of ['{"text":1}', '{"text":""}', '{"text":"x","number":"1"}', '{"is":null}', '{"one":"b"}']) {
    assert.equal(fieldsOf(args, config(values)), null, values);
  }
});

test("what can't be meant is said of its field, and what is empty is left out", () => {
  const args = argumentsOf(parseJson(SCHEMA)) as Argument[];
  const read = readFields(args, new Map([["number", "1,5"], ["count", "1.5"], ["list", "["]]), new Map());
  assert.ok("faults" in read);
  assert.deepEqual([...read.faults.keys()], ["text", "number", "count", "list"]);
  assert.deepEqual([read.faults.get("text"), read.faults.get("number"), read.faults.get("count")], ["missing", "no-number", "no-integer"]);
  const few = readFields(args, new Map([["text", "x"], ["number", ""]]), new Map());
  assert.ok("ok" in few);
  assert.equal(writeJson(few.ok), '{"text":"x"}');
});
