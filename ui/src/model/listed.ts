/**
 * What the entries of a list say: resources, templates of resources, prompts; and which of a list a search finds. Pure; an entry comes from a
 * server, so that it may say anything.
 */
import { type Json, JsonNumber, type JsonObject, fromPlain, isObject } from "../json/value.ts";
import { wordsOf } from "./finding.ts";

/** What is searched in each list. */
export type Named = { name: string; title: string | null; description: string | null };

/** An entry as the API has it. */
export type Entry = Named & { entry: unknown; findings: readonly string[] };

export type ListedResource = Named & {
  /** Its name is a URI, or a template of one. */
  isTemplate: boolean;
  /** What the server calls it beside its URI, where that is no title. */
  label: string | null;
  mediaType: string | null;
  /** In bytes. */
  size: number | null;
  /** For whom it is: `user`, `assistant`. */
  audience: string[];
  /** When it was changed last, as the server writes it. */
  changed: string | null;
  /** What is filled into a template. */
  variables: string[];
  findings: readonly string[];
  whole: Json;
};

export type PromptArgument = { name: string; title: string | null; description: string | null; isRequired: boolean };

export type ListedPrompt = Named & { args: PromptArgument[]; findings: readonly string[]; whole: Json };

export function resourceOf(own: Entry, isTemplate: boolean): ListedResource {
  const { name, title, description, findings } = own;
  const whole = fromPlain(own.entry);
  const said = isObject(whole) ? whole : NOTHING;
  const notes = said.get("annotations");
  const annotations = isObject(notes) ? notes : NOTHING;
  const stated = said.get("size");
  const size = stated instanceof JsonNumber ? stated.valueOf() : -1;
  const audience = annotations.get("audience");
  return {
    name, title, description, isTemplate, findings, whole,
    label: title === null ? word(said, "name") : null,
    mediaType: word(said, "mimeType"),
    size: Number.isSafeInteger(size) && size >= 0 ? size : null,
    audience: Array.isArray(audience) ? audience.filter((role) => typeof role === "string") : [],
    changed: word(annotations, "lastModified"),
    variables: isTemplate ? variablesOf(name) : [],
  };
}

export function promptOf({ name, title, description, entry, findings }: Entry): ListedPrompt {
  const whole = fromPlain(entry);
  const listed = isObject(whole) ? whole.get("arguments") : undefined;
  const args = (Array.isArray(listed) ? listed : []).filter(isObject).flatMap((own) => {
    const called = word(own, "name");
    if (called === null) return [];
    return [{ name: called, title: word(own, "title"), description: word(own, "description"), isRequired: own.get("required") === true }];
  });
  const sorted = [...args.filter(({ isRequired }) => isRequired), ...args.filter(({ isRequired }) => !isRequired)];
  return { name, title, description, args: sorted, findings, whole };
}

/** The names in the expressions of a URI template (RFC 6570 §2), each once, in their order. */
export function variablesOf(template: string): string[] {
  const expressions = [...template.matchAll(/\{[+#./;?&=,!@|]?([^{}]*)\}/g)].map(([, list]) => list ?? "");
  const names = expressions.flatMap((list) => list.split(",")).map((own) => own.replace(/(\*|:\d+)$/, "").trim());
  return [...new Set(names.filter((own) => own !== ""))];
}

/** Those that have each word somewhere: in name, title, description, or what else is said to be searched. */
export function matching<Own extends Named>(all: readonly Own[], typed: string, more: (own: Own) => string = () => ""): Own[] {
  const words = wordsOf(typed);
  return all.filter((own) => {
    const text = `${own.name} ${own.title ?? ""} ${own.description ?? ""} ${more(own)}`.toLowerCase();
    return words.every((part) => text.includes(part));
  });
}

/** What distinguishes each entry from the others: a server may list the same name twice. */
export function keysOf<Own extends Named>(all: readonly Own[]): ReadonlyMap<Own, string> {
  const times = new Map<string, number>();
  return new Map(
    all.map((own) => {
      const before = times.get(own.name) ?? 0;
      times.set(own.name, before + 1);
      return [own, `${before} ${own.name}`];
    }),
  );
}

/** The first line of a description. */
export function firstLine(text: string | null): string {
  return text?.trim().split("\n", 1)[0] ?? "";
}

const NOTHING: JsonObject = new Map();

function word(own: JsonObject, member: string): string | null {
  const text = own.get(member);
  return typeof text === "string" && text.trim() !== "" ? text : null;
}
