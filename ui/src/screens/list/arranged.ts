/** Which servers the list shows, and in which order: what was searched for, the filter, the column. Pure. */
import type { JsonObject } from "../../json/value.ts";
import { withoutSuspects } from "../../model/suspects.ts";
import { TRANSPORT_NAMES, shortTarget, target, transportOf } from "../../model/summary.ts";
import type { LiveServer } from "../../state/live.ts";
import { list } from "../../texts.ts";

export const FILTERS = [
  ["all", "All"],
  ["enabled", "Enabled"],
  ["disabled", "Disabled"],
  ["stdio", "stdio"],
  ["remote", "Remote"],
  ["attention", "Needs attention"],
] as const;

export type Filter = (typeof FILTERS)[number][0];

export type SortKey = "name" | "transport" | "target" | "changed";

export type Arrangement = { search: string; filter: Filter; sort: SortKey; isDescending: boolean };

/** How the list is sorted, as text: the column, with `-` before it where the order is reversed. */
export function sortText({ sort, isDescending }: Pick<Arrangement, "sort" | "isDescending">): string {
  return `${isDescending ? "-" : ""}${sort}`;
}

/** The same, read; by name where it means nothing. */
export function sortOf(text: string | null): Pick<Arrangement, "sort" | "isDescending"> {
  const sort = text?.replace(/^-/, "") ?? "";
  if (!Object.hasOwn(ORDERS, sort)) return { sort: "name", isDescending: false };
  return { sort: sort as SortKey, isDescending: text?.startsWith("-") === true };
}

/** `always`: names of servers that are shown whatever is searched for. */
export function arranged(
  servers: Iterable<LiveServer>,
  { search, filter, sort, isDescending }: Arrangement,
  always: ReadonlySet<string> = new Set(),
): LiveServer[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const isFound = (server: LiveServer) => passes(server, filter) && words.every((word) => text(server).includes(word));
  const found = [...servers].filter((server) => always.has(server.name) || isFound(server));
  const order = ORDERS[sort];
  // Equal ones stay in the order of their names, whichever way is sorted.
  return found.sort((a, b) => (isDescending ? order(b, a) : order(a, b)) || byName(a, b));
}

/** Whether somebody has to do something about a server before it can work. */
export function needsAttention(server: LiveServer): boolean {
  return server.config === null || server.needsReentry.length > 0;
}

export function transportText(server: LiveServer): string {
  if (server.config === null) return list.invalidTransport;
  return TRANSPORT_NAMES[transportOf(server.config)];
}

/** All of the command, or the host. */
export function targetText(server: LiveServer): string {
  return server.config === null ? "" : target(toBeShown(server.config, server));
}

/** As much of it as distinguishes servers. */
export function shortTargetText(server: LiveServer): string {
  return server.config === null ? "" : shortTarget(toBeShown(server.config, server));
}

export function descriptionText(server: LiveServer): string {
  if (server.config === null) return "";
  const description = toBeShown(server.config, server).get("description");
  return typeof description === "string" ? description : "";
}

const graphemes = new Intl.Segmenter();

/** An icon that is text, such as an emoji; empty where there is none. An address of an image is not loaded. */
export function iconText(server: LiveServer): string {
  if (server.config === null) return "";
  const icon = toBeShown(server.config, server).get("icon");
  if (typeof icon !== "string" || icon.length > MOST_UNITS) return "";
  return [...graphemes.segment(icon.trim())].length <= MOST_GRAPHEMES ? icon.trim() : "";
}

const MOST_GRAPHEMES = 2;
/** Some emoji are long: a family of four has 11 units. */
const MOST_UNITS = 32;

/** The list shows nothing of what the service takes for a secret. */
function toBeShown(config: JsonObject, { findings = [] }: LiveServer): JsonObject {
  return withoutSuspects(config, findings.map(({ pointer }) => pointer));
}

function passes(server: LiveServer, filter: Filter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "enabled":
      return server.enabled === true;
    case "disabled":
      return server.enabled !== true;
    case "stdio":
      return server.config !== null && transportOf(server.config) === "stdio";
    case "remote":
      return server.config !== null && transportOf(server.config) !== "stdio";
    case "attention":
      return needsAttention(server);
  }
}

function text(server: LiveServer): string {
  return [server.name, transportText(server), targetText(server), descriptionText(server)].join("\n").toLowerCase();
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function byName(a: LiveServer, b: LiveServer): number {
  return collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);
}

const ORDERS: Record<SortKey, (a: LiveServer, b: LiveServer) => number> = {
  name: byName,
  transport: (a, b) => collator.compare(transportText(a), transportText(b)),
  target: (a, b) => collator.compare(targetText(a), targetText(b)),
  // The newest first; what nobody saw change comes last.
  changed: (a, b) => (b.changedAt ?? 0) - (a.changedAt ?? 0),
};
