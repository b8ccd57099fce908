/**
 * Text that people paste into rows: the lines of a `.env` file, and one line of a shell. Nothing is expanded or
 * run; what can't be read is reported with its line, and no fault quotes a value.
 */
import type { Finding } from "./check.ts";

/** Variables, and the lines that are no variables; a fault's pointer is its line, from `/0`. */
export type EnvText = { entries: [string, string][]; faults: Finding[] };

/** A command line; variables before the command are its environment. */
export type ShellLine = { env: [string, string][]; command: string; args: string[] };

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/**
 * Reads the lines of a `.env` file: `export`, comments, values in single or double quotes over several lines.
 * Of a name that comes twice the last value counts, as in a shell.
 */
export function parseEnvText(text: string): EnvText {
  const entries = new Map<string, string>();
  const faults: Finding[] = [];
  let rest = text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
  let line = 0;
  while (rest !== "") {
    const { entry, fault, length } = envEntry(rest);
    if (entry !== null) entries.set(...entry);
    if (fault !== null) faults.push({ pointer: `/${line}`, message: `Line ${line + 1}: ${fault}` });
    line += rest.slice(0, length).split("\n").length - 1;
    rest = rest.slice(length);
  }
  return { entries: [...entries], faults };
}

type EnvEntry = { entry: [string, string] | null; fault: string | null; length: number };

/** The first entry of a text, and how much of the text it takes up. */
function envEntry(text: string): EnvEntry {
  const nothing = /^[ \t]*(#[^\n]*)?(\n|$)/.exec(text);
  if (nothing !== null) return { entry: null, fault: null, length: nothing[0].length };
  const lineLength = /^[^\n]*\n?/.exec(text)?.[0].length ?? text.length;
  const wrong = (fault: string): EnvEntry => ({ entry: null, fault, length: lineLength });
  const head = /^[ \t]*(?:export[ \t]+)?([^\s=:#'"]+)[ \t]*(?:=|:[ \t])[ \t]*/.exec(text);
  const name = head?.[1];
  if (head === null || name === undefined) return wrong("a variable is written NAME=value.");
  const value = text.slice(head[0].length);
  const quote = value[0];
  if (quote !== '"' && quote !== "'" && quote !== "`") {
    const plain = /^[^\n]*/.exec(value)?.[0] ?? "";
    return { entry: [name, plain.replace(/(^|\s)#.*$/, "").trim()], fault: null, length: lineLength };
  }
  const quoted = QUOTED[quote].exec(value);
  if (quoted === null) return wrong("the value's closing quote is missing.");
  const after = /^[ \t]*(#[^\n]*)?(\n|$)/.exec(value.slice(quoted[0].length));
  if (after === null) return wrong("text follows the value's closing quote.");
  const inner = quoted[0].slice(1, -1);
  const entry: [string, string] = [name, quote === '"' ? unescaped(inner) : inner];
  return { entry, fault: null, length: head[0].length + quoted[0].length + after[0].length };
}

const QUOTED = { '"': /^"(?:[^"\\]|\\[^])*"/, "'": /^'[^']*'/, "`": /^`[^`]*`/ };

/** In double quotes `\n` is a line break, and a backslash takes the meaning of `"`, `\`, `$` and a line's end. */
function unescaped(text: string): string {
  return text.replace(/\\([^])/g, (whole, character: string) => {
    const controls: Record<string, string> = { n: "\n", r: "\r", t: "\t", "\n": "" };
    return controls[character] ?? ('"\\$`'.includes(character) ? character : whole);
  });
}

/** Reads one command line as a POSIX shell takes it apart into words, or says why it can't. */
export function parseShellLine(text: string): ShellLine | Finding {
  const words = shellWords(text);
  if ("message" in words) return words;
  const env: [string, string][] = [];
  let rest = words.words;
  if (rest[0]?.text === "$" || rest[0]?.text === "%") rest = rest.slice(1);
  if (rest[0]?.text === "env" && rest.slice(1).some((word) => ASSIGNMENT.test(word.text))) rest = rest.slice(1);
  while (rest[0] !== undefined && ASSIGNMENT.test(rest[0].raw)) {
    const { text } = rest[0];
    const sign = text.indexOf("=");
    env.push([text.slice(0, sign), text.slice(sign + 1)]);
    rest = rest.slice(1);
  }
  const [command, ...args] = rest.map((word) => word.text);
  if (command === undefined) return { pointer: "", message: "There is no command in this line." };
  return { env, command, args };
}

type Word = { text: string; raw: string };

function shellWords(text: string): { words: Word[] } | Finding {
  const words: Word[] = [];
  // A backslash at a line's end goes on with the next line, in the ways of all three shells.
  let rest = text.trim().replace(/[\\^`][ \t]*\r?\n/g, " ").trim();
  while (rest !== "") {
    const word = /^(?:[^\s'"\\;|&<>()]|\\[^]|'[^']*'|"(?:[^"\\]|\\[^])*")+/.exec(rest)?.[0];
    if (word === undefined) return { pointer: "", message: unreadable(rest) };
    words.push({ text: withoutQuotes(word), raw: word });
    const after = rest.slice(word.length);
    if (after !== "" && !/^\s/.test(after)) return { pointer: "", message: unreadable(after) };
    if (/^[^\S\n]*\r?\n/.test(after)) return { pointer: "", message: "This is more than one line. Join lines by a backslash at their end." };
    rest = after.trimStart();
  }
  return { words };
}

function unreadable(rest: string): string {
  if (/^['"]/.test(rest)) return "A quote is not closed.";
  if (rest.startsWith("\\")) return "The line ends in a backslash.";
  return `A server is one command: ${/^(&&|\|\||.)/.exec(rest)?.[0] ?? "this"} has no meaning here. Quote it if it belongs to a word.`;
}

function withoutQuotes(word: string): string {
  return word.replace(/\\([^])|'([^']*)'|"((?:[^"\\]|\\[^])*)"/g, (_, escaped?: string, single?: string, double?: string) => {
    return escaped ?? single ?? (double ?? "").replace(/\\([$`"\\])/g, "$1");
  });
}
