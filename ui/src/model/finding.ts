/** What the reader looks for in the list: words, and filters that can be combined. As text it is the query of an address. Pure. */
import type { Transport } from "./summary.ts";

/** Of each group any of the chosen values is enough; where none is chosen, the group asks for nothing. */
export const GROUPS = {
  transport: ["stdio", "http", "sse"],
  state: ["enabled", "disabled"],
  running: ["running"],
  origin: ["settings", "registered", "catalog", "static"],
  attention: ["approval", "failing", "reentry", "findings", "invalid"],
} as const satisfies Record<string, readonly string[]>;

export type Group = keyof typeof GROUPS;
export type Value<Of extends Group = Group> = (typeof GROUPS)[Of][number];

export type Finding = { search: string } & { [Of in Group]: readonly Value<Of>[] };

export const EVERYTHING: Finding = { search: "", transport: [], state: [], running: [], origin: [], attention: [] };

/** What a server is to the filters. */
export type Facts = {
  /** All that words are looked for in, in small letters. */
  text: string;
  /** Null where its configuration can't be read. */
  transport: Transport | null;
  state: Value<"state">;
  running: readonly Value<"running">[];
  origin: Value<"origin">;
  attention: readonly Value<"attention">[];
};

export function isEverything(finding: Finding): boolean {
  return queryOf(finding) === "";
}

/** The finding with one filter turned the other way. */
export function toggled(finding: Finding, group: Group, value: Value): Finding {
  const chosen: readonly Value[] = finding[group];
  const isChosen = (own: Value) => chosen.includes(own) !== (own === value);
  return { ...finding, [group]: GROUPS[group].filter(isChosen) };
}

/** Whether a server has all words and passes the filters. `besides`: a group that is not asked. */
export function matches(finding: Finding, facts: Facts, words: readonly string[], besides?: Group): boolean {
  if (!words.every((word) => facts.text.includes(word))) return false;
  return (Object.keys(GROUPS) as Group[]).every((group) => {
    const chosen: readonly Value[] = finding[group];
    return group === besides || chosen.length === 0 || chosen.some((value) => has(facts, group, value));
  });
}

export function has(facts: Facts, group: Group, value: Value): boolean {
  const own = facts[group];
  return typeof own === "object" && own !== null ? (own as readonly Value[]).includes(value) : own === value;
}

/** The words of what is typed, in small letters. */
export function wordsOf(typed: string): string[] {
  return typed.toLowerCase().split(/\s+/).filter((word) => word !== "");
}

/** `?q=words&transport=stdio,sse`; empty where nothing is looked for. */
export function queryOf(finding: Finding): string {
  const parts = finding.search === "" ? [] : [`q=${encodeURIComponent(finding.search)}`];
  for (const group of Object.keys(GROUPS) as Group[]) {
    if (finding[group].length > 0) parts.push(`${group}=${finding[group].join(",")}`);
  }
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

/** The same, read from an address; what means nothing is left out. */
export function findingOf(address: string): Finding {
  const at = address.indexOf("?");
  const query = new URLSearchParams(at < 0 ? "" : address.slice(at));
  const chosen = <Of extends Group>(group: Of): Value<Of>[] => {
    const words = (query.get(group) ?? "").split(",");
    return (GROUPS[group] as readonly Value<Of>[]).filter((value) => words.includes(value));
  };
  const [transport, state, running] = [chosen("transport"), chosen("state"), chosen("running")];
  const [origin, attention] = [chosen("origin"), chosen("attention")];
  return { search: query.get("q") ?? "", transport, state, running, origin, attention };
}
