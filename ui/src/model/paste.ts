/**
 * Pasted text becomes drafts of servers: a block of some client's documentation, one server's JSON, or lines
 * with commands and addresses. One bad entry never stops the others, and whatever is wrong is reported at its place.
 */
import { JsonFault } from "../json/read.ts";
import { type JsonObject, isObject } from "../json/value.ts";
import { type Finding, check } from "./check.ts";
import { masksOfNothing } from "./destination.ts";
import { translate } from "./foreign.ts";
import { isServerName } from "./name.ts";
import { type Found, afterComments, readPastedJson, serversIn } from "./paste-json.ts";
import { type FoundInLine, serverInLine } from "./paste-line.ts";
import { warnings } from "./placeholders.ts";
import { isOpenLine } from "./rows.ts";
import { freeName, legalName, nameFor } from "./suggest-name.ts";

/** One server of the text. `findings` would be refused by the service; `notes` are worth a look. */
export type PastedDraft = {
  name: string;
  config: JsonObject;
  findings: Finding[];
  notes: Finding[];
  nameFault: string | null;
};

/** The servers in a text, and why something in it is no server. */
export type Pasted = { drafts: PastedDraft[]; fault: string | null };

type Reading = { found: Found[]; faults: string[] };

export function parsePaste(text: string, schema: unknown): Pasted {
  const readings = blocks(text).map(read);
  const faults = readings.flatMap((reading) => reading.faults);
  const taken = new Set<string>();
  const drafts = readings.flatMap((reading) => reading.found).map((found) => {
    const made = draft(found, schema);
    // Names within one paste are kept apart as those in the store are.
    const name = freeName(made.name, (name) => taken.has(name));
    taken.add(name);
    return { ...made, name };
  });
  return { drafts, fault: faults.length > 0 ? summarize(faults) : null };
}

/** The first faults: for a pasted page of prose a list of all its lines would be of no use. */
function summarize(faults: string[]): string {
  const [shown, hidden] = [faults.slice(0, 3), faults.length - 3];
  return shown.concat(hidden > 0 ? `${hidden} more can't be read either.` : []).join(" ");
}

function draft({ name, value }: Found, schema: unknown): PastedDraft {
  if (!isObject(value)) {
    const message = "A server is written as an object, with a command or a URL.";
    const given = name === null ? { name: "server", nameFault: null } : checkedName(name);
    return { ...given, config: new Map(), findings: [{ pointer: "", message }], notes: [] };
  }
  const { config, notes } = translate(value);
  const masks = masksOfNothing(null, config).map((pointer) => ({ pointer, message: "This is a mask: enter the secret itself." }));
  const given = name === null ? { name: nameFor(config), nameFault: null } : checkedName(name);
  return { ...given, config, findings: [...check(config, schema), ...masks], notes: [...notes, ...warnings(config)] };
}

/** The name as it is, or a legal one like it together with what is wrong with the original. */
function checkedName(name: string): { name: string; nameFault: string | null } {
  const fault = isServerName(name);
  return fault === null ? { name, nameFault: null } : { name: legalName(name), nameFault: `${JSON.stringify(name)} is not a valid name: ${fault}` };
}

function read(block: string): Reading {
  if (block.trim() === "") return { found: [], faults: [] };
  if (/^[{["]/.test(afterComments(block))) return readJson(block);
  return readLines(block);
}

function readJson(block: string): Reading {
  try {
    const found = serversIn(readPastedJson(block));
    const none = "No server was found in this JSON: it should have a command or a URL, or a member mcpServers that holds servers by name.";
    return { found, faults: found.length > 0 ? [] : [none] };
  } catch (fault) {
    if (fault instanceof JsonFault) return { found: [], faults: [fault.message] };
    throw fault;
  }
}

/** Each line is a server, unless it goes on in the next: after a backslash, or in an open quote. */
function readLines(block: string): Reading {
  const reading: Reading = { found: [], faults: [] };
  const lines = block.split(/\r?\n/);
  let start = 0;
  while (start < lines.length) {
    if (/^\s*(#|$)/.test(lines[start] ?? "")) {
      start += 1;
      continue;
    }
    const { found, length } = firstServer(lines.slice(start, start + LONGEST));
    if ("fault" in found) reading.faults.push(`Line ${start + 1}: ${found.fault}`);
    else reading.found.push(found);
    start += length;
  }
  return reading;
}

/** How many lines one command may have. */
const LONGEST = 200;

/** The server that begins in the first line; where that has no end, its fault, so that the next lines are read. */
function firstServer(lines: string[]): { found: FoundInLine; length: number } {
  let length = 1;
  const text = () => lines.slice(0, length).join("\n");
  while (length < lines.length && (/[\\^`][ \t]*$/.test(lines[length - 1] ?? "") || isOpenLine(text()))) length += 1;
  if (!isOpenLine(text())) return { found: serverInLine(text()), length };
  return { found: serverInLine(lines[0] ?? ""), length: 1 };
}

/** The fenced blocks of a Markdown text, each at its own lines; without any, all of it. */
function blocks(text: string): string[] {
  const fences = [...text.matchAll(/^[ \t]*(```|~~~)[^\n]*\n([^]*?)^[ \t]*\1[ \t]*$/gm)];
  if (fences.length === 0) return [text.replace(/^\ufeff/, "")];
  return fences.map((fence) => {
    const before = text.slice(0, fence.index).split("\n").length;
    return "\n".repeat(before) + (fence[2] ?? "");
  });
}
