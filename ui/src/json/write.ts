/** JSON values as text. Numbers are written as they were read, members in their order. */
import { type Json, JsonNumber, isObject } from "./value.ts";

/** The text of a value: in one line, or with this many spaces a level. */
export function writeJson(value: Json, indent = 0): string {
  return write(value, indent, "\n");
}

function write(value: Json, indent: number, lineBreak: string): string {
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) {
    const inner = lineBreak + " ".repeat(indent);
    return enclose("[", value.map((element) => write(element, indent, inner)), "]", indent, lineBreak);
  }
  if (isObject(value)) {
    const inner = lineBreak + " ".repeat(indent);
    const colon = indent > 0 ? ": " : ":";
    const members = [...value].map(([name, member]) => JSON.stringify(name) + colon + write(member, indent, inner));
    return enclose("{", members, "}", indent, lineBreak);
  }
  return JSON.stringify(value);
}

function enclose(open: string, parts: string[], close: string, indent: number, lineBreak: string): string {
  if (indent === 0 || parts.length === 0) return open + parts.join(",") + close;
  const inner = lineBreak + " ".repeat(indent);
  return open + inner + parts.join(`,${inner}`) + lineBreak + close;
}
