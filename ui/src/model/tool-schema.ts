/**
 * What a tool is called with, as its JSON Schema says it: one row and one field for each argument. What is not simple is left to
 * JSON. Pure; a schema comes from a server, so that it may say anything.
 */
import { get } from "../json/pointer.ts";
import { JsonFault, parseJson } from "../json/read.ts";
import { type Json, type JsonObject, JsonNumber, equal, isObject } from "../json/value.ts";
import { writeJson } from "../json/write.ts";

export type Argument = {
  name: string;
  title: string | null;
  description: string | null;
  /** In the words of JSON Schema: `string`, `array of integer`. */
  types: string[];
  isRequired: boolean;
  kind: "text" | "number" | "integer" | "boolean" | "choice" | "json";
  /** Of which it is one; empty unless that is said. */
  choices: Json[];
  fallback: Json | undefined;
};

/** How far references of a schema are followed. */
const DEEP = 8;

const BOOLEANS = [true, false];

/** The arguments in their order, those that are needed first; null where the schema does not say which there are. */
export function argumentsOf(schema: Json): Argument[] | null {
  const own = resolved(schema, schema);
  if (own === null) return null;
  const properties = own.get("properties") ?? null;
  if (properties === null) return own.get("type") === "object" && !["anyOf", "oneOf", "allOf"].some((name) => own.has(name)) ? [] : null;
  if (!isObject(properties)) return null;
  const required = own.get("required");
  const all = [...properties].map(([name, property]) => argumentOf(name, property, schema, Array.isArray(required) && required.includes(name)));
  return [...all.filter(({ isRequired }) => isRequired), ...all.filter(({ isRequired }) => !isRequired)];
}

function argumentOf(name: string, property: Json, root: Json, isRequired: boolean): Argument {
  const own = resolved(property, root) ?? new Map<string, Json>();
  const word = (member: string) => {
    const text = own.get(member);
    return typeof text === "string" && text.trim() !== "" ? text : null;
  };
  const types = typesOf(own, root);
  const choices = choicesOf(own);
  const [only, ...others] = types.filter((type) => type !== "null");
  const isScalar = others.length === 0 && only !== undefined;
  return {
    name, types, isRequired, choices,
    title: word("title"),
    description: word("description"),
    kind: choices.length > 0 && choices.every((choice) => !isObject(choice) && !Array.isArray(choice)) ? "choice" : (isScalar && KINDS.get(only)) || "json",
    fallback: own.get("default"),
  };
}

const KINDS = new Map<string, Argument["kind"]>([["string", "text"], ["number", "number"], ["integer", "integer"], ["boolean", "boolean"]]);

/** A schema with its reference followed, and with what is said of the only thing that it can be beside null; null for none. */
function resolved(schema: Json, root: Json, depth = 0): JsonObject | null {
  if (!isObject(schema) || depth > DEEP) return null;
  const reference = schema.get("$ref");
  if (typeof reference === "string") {
    const target = reference.startsWith("#") ? get(root, decodeURIComponentSafely(reference.slice(1))) : undefined;
    const followed = target === undefined ? null : resolved(target, root, depth + 1);
    return followed === null ? schema : new Map([...followed, ...[...schema].filter(([name]) => name !== "$ref")]);
  }
  for (const member of ["anyOf", "oneOf", "allOf"]) {
    const parts = schema.get(member);
    if (!Array.isArray(parts)) continue;
    const [only, ...others] = parts.filter((part) => member === "allOf" || !isNull(part));
    if (only === undefined || others.length > 0) continue;
    const inner = resolved(only, root, depth + 1);
    if (inner === null) continue;
    const type = inner.get("type");
    const nullable: [string, Json][] = parts.length > 1 && typeof type === "string" ? [["type", [type, "null"]]] : [];
    return new Map([...inner, ...nullable, ...[...schema].filter(([name]) => name !== member)]);
  }
  return schema;
}

function isNull(schema: Json): boolean {
  return isObject(schema) && schema.get("type") === "null";
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function typesOf(schema: JsonObject, root: Json, depth = 0): string[] {
  const type = schema.get("type");
  const named = (Array.isArray(type) ? type : [type]).filter((word) => typeof word === "string");
  if (named.length > 0) return named.map((word) => (word === "array" ? listOf(schema, root, depth) : word));
  const parts = ["anyOf", "oneOf"].map((member) => schema.get(member)).find(Array.isArray) ?? [];
  if (depth <= DEEP && parts.length > 0) return [...new Set(parts.flatMap((part) => typesOf(resolved(part, root) ?? new Map(), root, depth + 1)))];
  return [...new Set(choicesOf(schema).map(typeOf))];
}

function listOf(schema: JsonObject, root: Json, depth: number): string {
  const items = resolved(schema.get("items") ?? null, root);
  const inner = items === null || depth > DEEP ? [] : typesOf(items, root, depth + 1);
  return inner.length === 0 ? "array" : `array of ${inner.join(" or ")}`;
}

function choicesOf(schema: JsonObject): Json[] {
  const choices = schema.get("enum");
  if (Array.isArray(choices)) return choices;
  return schema.has("const") ? [schema.get("const") ?? null] : [];
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (value instanceof JsonNumber) return "number";
  return Array.isArray(value) ? "array" : isObject(value) ? "object" : typeof value;
}

/** A value for people and for fields: texts as they are, all else as JSON. */
export function plainText(value: Json): string {
  return typeof value === "string" ? value : writeJson(value);
}

/** What is in the field of each argument. */
export type Texts = ReadonlyMap<string, string>;

/** Why a field can't be used. */
export type FieldFault = "missing" | "no-number" | "no-integer" | { noJson: string };

/** What the fields say together, beside `rest`, which none of them shows; or which of them can't be used. */
export function readFields(args: Argument[], texts: Texts, rest: JsonObject): { ok: JsonObject } | { faults: Map<string, FieldFault> } {
  const [values, faults] = [new Map<string, Json>(), new Map<string, FieldFault>()];
  for (const own of args) {
    const text = texts.get(own.name) ?? "";
    if (text === "") {
      if (own.isRequired) faults.set(own.name, "missing");
      continue;
    }
    const value = valueFrom(own, text);
    if ("fault" in value) faults.set(own.name, value.fault);
    else values.set(own.name, value.ok);
  }
  return faults.size > 0 ? { faults } : { ok: new Map([...values, ...rest]) };
}

function valueFrom({ kind, choices }: Argument, text: string): { ok: Json } | { fault: FieldFault } {
  switch (kind) {
    case "text":
      return { ok: text };
    case "boolean":
      return { ok: text === "true" };
    case "choice":
      return { ok: choices[Number(text)] ?? null };
    case "integer":
      return /^-?(0|[1-9]\d*)$/.test(text.trim()) ? { ok: new JsonNumber(text.trim()) } : { fault: "no-integer" };
    case "number":
      return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text.trim()) ? { ok: new JsonNumber(text.trim()) } : { fault: "no-number" };
    case "json":
      try {
        return { ok: parseJson(text) };
      } catch (fault) {
        if (fault instanceof JsonFault) return { fault: { noJson: fault.message } };
        throw fault;
      }
  }
}

/** What is in the fields for these values, and what none of them shows; null where a value fits no field. */
export function fieldsOf(args: Argument[], values: JsonObject): { texts: Map<string, string>; rest: JsonObject } | null {
  const texts = new Map<string, string>();
  for (const own of args) {
    const value = values.get(own.name);
    if (value === undefined) continue;
    const text = textOf(own, value);
    if (text === null || text === "") return null;
    texts.set(own.name, text);
  }
  const names = new Set(args.map(({ name }) => name));
  return { texts, rest: new Map([...values].filter(([name]) => !names.has(name))) };
}

function textOf({ kind, choices }: Argument, value: Json): string | null {
  switch (kind) {
    case "text":
      return typeof value === "string" ? value : null;
    case "boolean":
      return BOOLEANS.includes(value as boolean) ? String(value) : null;
    case "choice": {
      const at = choices.findIndex((choice) => equal(choice, value));
      return at < 0 ? null : String(at);
    }
    case "integer":
    case "number":
      return value instanceof JsonNumber ? value.text : null;
    case "json":
      return writeJson(value, Array.isArray(value) || isObject(value) ? 2 : 0);
  }
}
