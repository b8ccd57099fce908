/**
 * Text that was pasted into a row and holds more than one: taken apart, with a sentence about what was taken. It
 * does not know forms; it says what the rows and the command should become.
 */
import type { Finding } from "../../model/check.ts";
import { parseEnvText, parseShellLine } from "../../model/rows.ts";
import { capital, editor } from "../../texts-editing.ts";

/** What a pasted text holds; null where it is nothing but one value. */
export type Taken = { command: string | null; args: string[]; entries: [string, string][]; said: string };

/** A text pasted among variables: the lines of a `.env` file, or a command with variables before it. */
export function takenAmongVariables(text: string, isName: boolean): Taken | null {
  if (!isSeveralLines(text) && !(isName && /^\s*(export\s+)?[A-Za-z_][\w.-]*=/.test(text))) return null;
  const line = shellLine(text);
  if (line !== null && line.env.length > 0 && line.command !== "") {
    return taken(line.command, line.args, line.env, []);
  }
  const { entries, faults } = parseEnvText(text);
  return entries.length === 0 ? null : taken(null, [], entries, faults);
}

/** A text pasted among headers: a line each. */
export function takenAmongHeaders(text: string, isName: boolean): Taken | null {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "");
  if (lines.length < 2 && !(isName && /^[^\s:]+:\s*\S/.test(text))) return null;
  const entries: [string, string][] = [];
  const faults: Finding[] = [];
  for (const [index, line] of lines.entries()) {
    const [, name, value] = /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) faults.push({ pointer: "", message: editor.noHeader(index + 1) });
    else entries.push([name, value]);
  }
  if (entries.length === 0) return null;
  return { command: null, args: [], entries, said: sentence([count(entries.length, "header")], faults) };
}

/** A text pasted as the command or among the arguments: the words of a shell line. */
export function takenAsWords(text: string, command: string, isCommand: boolean): Taken | null {
  const line = shellLine(text);
  if (line === null) return isCommand ? null : argumentLines(text);
  const words = [line.command, ...line.args].filter((word, index) => index > 0 || word !== "");
  if (words.length + line.env.length < 2) return null;
  if (isCommand || command === "") return taken(line.command, line.args, line.env, []);
  return taken(null, words[0] === command ? words.slice(1) : words, line.env, []);
}

function taken(command: string | null, args: string[], entries: [string, string][], faults: Finding[]): Taken {
  const parts = [
    ...(command === null ? [] : ["the command"]),
    ...(args.length === 0 ? [] : [count(args.length, "argument")]),
    ...(entries.length === 0 ? [] : [count(entries.length, "variable")]),
  ];
  return { command, args, entries, said: sentence(parts, faults) };
}

function shellLine(text: string): { env: [string, string][]; command: string; args: string[] } | null {
  const line = parseShellLine(text);
  return "command" in line ? line : null;
}

/** Arguments on lines of their own. */
function argumentLines(text: string): Taken | null {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "");
  // Behind a command nothing is read as a variable of it.
  const read = lines.map((line) => shellLine(`command ${line}`));
  const args = read.flatMap((line) => line?.args ?? []);
  return read.includes(null) || args.length < 2 ? null : taken(null, args, [], []);
}

function isSeveralLines(text: string): boolean {
  return /[\r\n]/.test(text.trim());
}

function count(number: number, what: string): string {
  return number === 1 ? `1 ${what}` : `${number} ${what}s`;
}

function sentence(parts: string[], faults: Finding[]): string {
  const last = parts.at(-1) ?? "";
  const all = parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
  const verb = parts.length > 1 || !/^(1 |the command)/.test(all) ? "were" : "was";
  const done = `${capital(all)} ${verb} added.`;
  return [done, ...faults.map(({ message }) => message)].join(" ");
}
