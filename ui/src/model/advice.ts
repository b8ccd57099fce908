/**
 * What of a configuration is probably not meant: `src/model/advice.rs` in the page's language, on the same tables. It
 * knows of no secret.
 */
import { pointer } from "../json/pointer.ts";
import { type Json, JsonNumber, type JsonObject } from "../json/value.ts";
import * as tables from "./secret-tables.generated.ts";
import { withoutMarks } from "./suspects.ts";

/** A value that is probably not what is meant: where it is, and what can be done. */
export type Advice = { pointer: string; proposal: string };

/** A package that is fetched in whatever version there is, and a time in the wrong unit. */
export function advice(config: JsonObject): Advice[] {
  const found: Advice[] = [];
  const note = (pointer: string, reason: keyof typeof tables.ADVICE) => found.push({ pointer, proposal: withoutMarks(tables.ADVICE[reason]) });
  const at = unpinned(config);
  if (at !== null) note(pointer("args", at), "unpinned-package");
  const timeout = config.get("timeout");
  if (timeout instanceof JsonNumber && Number(timeout.text) > tables.LONGEST_TIMEOUT) note("/timeout", "long-timeout");
  return found;
}

/** Which argument is a package that is fetched in no certain version. */
function unpinned(config: JsonObject): number | null {
  const [command, given] = [config.get("command"), config.get("args")];
  if (typeof command !== "string" || !Array.isArray(given)) return null;
  const end = given.findIndex((arg: Json) => typeof arg !== "string");
  const args = (end < 0 ? given : given.slice(0, end)) as string[];
  switch (command.slice(command.lastIndexOf("/") + 1)) {
    case "npx":
      return inPackages(args, tables.NPX_FLAGS, isLooseNpm);
    case "uvx":
      return inPackages(args, tables.UVX_FLAGS, isLoosePython);
    case "docker":
      return inImage(args);
    default:
      return null;
  }
}

function inPackages(args: string[], withValue: readonly string[], isLoose: (text: string) => boolean): number | null {
  let isNamed = false;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (!arg.startsWith("-")) return !isNamed && isLoose(arg) ? index : null;
    const sign = arg.indexOf("=");
    const flag = sign < 0 ? arg : arg.slice(0, sign);
    const takesNext = sign < 0 && withValue.includes(flag);
    if (takesNext) index++;
    const value = takesNext ? args[index] : sign < 0 ? undefined : arg.slice(sign + 1);
    if (!tables.PACKAGE_FLAGS.includes(flag) || !withValue.includes(flag)) continue;
    isNamed = true;
    if (value !== undefined && isLoose(value)) return index;
  }
  return null;
}

function inImage(args: string[]): number | null {
  if (args[0] !== "run") return null;
  for (let index = 1; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (!arg.startsWith("-")) return arg.includes("@sha256:") || isNoName(arg) ? null : index;
    if (tables.DOCKER_FLAGS.includes(arg)) index++;
    // Whether the next one is its value nobody can say.
    else if (!tables.DOCKER_SWITCHES.includes(arg) && !arg.includes("=")) return null;
  }
  return null;
}

/** Whether a text waits for a value, so that it says nothing yet. */
function isNoName(text: string): boolean {
  return text === "" || /^<|[${}%\p{White_Space}]/u.test(text);
}

/** Whether this is a package of the registry without a version. */
function isLooseNpm(text: string): boolean {
  const [, scope = "", inScope] = /^@([^/]*)\/([^]*)$/.exec(text) ?? [];
  const name = inScope ?? text;
  if (isNoName(text) || /^[.~]|[/:]/.test(name) || scope.includes(":")) return false;
  const at = name.indexOf("@");
  return at < 0 || !/^[0-9]+\.[0-9]+\.[0-9][0-9A-Za-z.+-]*$/.test(name.slice(at + 1));
}

/** The same of Python. */
function isLoosePython(text: string): boolean {
  if (isNoName(text) || /^[.~]|[/:]/.test(text)) return false;
  const [equals, at] = [text.indexOf("=="), text.indexOf("@")];
  const version = equals >= 0 ? text.slice(equals + 2) : at >= 0 ? text.slice(at + 1) : "";
  return !(/^[0-9]/.test(version) && !/[*,]/.test(version));
}
