/** Which servers the list shows, and in which order: what was looked for, the column. Pure. */
import type { InstanceStatus } from "../../api/events.ts";
import type { JsonObject } from "../../json/value.ts";
import { type Facts, type Finding, GROUPS, type Group, type Value, has, matches, wordsOf } from "../../model/finding.ts";
import { isServerName } from "../../model/name.ts";
import { isFailing, needsApproval } from "../../model/running.ts";
import { TRANSPORT_NAMES, shortTarget, target, transportOf } from "../../model/summary.ts";
import { withoutSuspects } from "../../model/suspects.ts";
import type { LiveServer } from "../../state/live.ts";
import { NO_ORIGINS, type Origins } from "../../state/origins.ts";
import { list } from "../../texts.ts";

export type SortKey = "name" | "transport" | "target" | "changed";

export type Order = { sort: SortKey; isDescending: boolean };

export type Arrangement = Order & { finding: Finding };

/** How the list is sorted, as text: the column, with `-` before it where the order is reversed. */
export function sortText({ sort, isDescending }: Order): string {
  return `${isDescending ? "-" : ""}${sort}`;
}

/** The same, read; by name where it means nothing. */
export function sortOf(text: string | null): Order {
  const sort = text?.replace(/^-/, "") ?? "";
  if (!Object.hasOwn(ORDERS, sort)) return { sort: "name", isDescending: false };
  return { sort: sort as SortKey, isDescending: text?.startsWith("-") === true };
}

/** What is known of the servers beside their configurations: how each runs, and where each came from. */
export type Around = { statuses: ReadonlyMap<string, InstanceStatus>; origins: Origins };

const NONE: Around = { statuses: new Map(), origins: NO_ORIGINS };

/** `always`: names of servers that are shown whatever is searched for. */
export function arranged(
  servers: Iterable<LiveServer>,
  { finding, sort, isDescending }: Arrangement,
  always: ReadonlySet<string> = new Set(),
  around: Around = NONE,
): LiveServer[] {
  const words = wordsOf(finding.search);
  const found = [...servers].filter((server) => always.has(server.name) || matches(finding, factsOf(server, around), words));
  const order = ORDERS[sort];
  // Equal ones stay in the order of their names, whichever way is sorted.
  return found.sort((a, b) => (isDescending ? order(b, a) : order(a, b)) || byName(a, b));
}

/** How many servers each filter would show, under the words and the filters of the other groups; `all`: under none of them. */
export type Count = { group: Group; value: Value; count: number; all: number };

export function counted(servers: Iterable<LiveServer>, finding: Finding, around: Around = NONE): Count[] {
  const words = wordsOf(finding.search);
  const counts = (Object.keys(GROUPS) as Group[]).flatMap((group) => GROUPS[group].map((value): Count => ({ group, value, count: 0, all: 0 })));
  for (const server of servers) {
    const facts = factsOf(server, around);
    for (const one of counts) {
      if (!has(facts, one.group, one.value)) continue;
      one.all += 1;
      if (matches(finding, facts, words, one.group)) one.count += 1;
    }
  }
  return counts;
}

/** Where a server came from. One that has the name of a server of the file is not seen by clients of `/v1`. */
export function originOf(name: string, { stored, fixed }: Origins): Value<"origin"> {
  if (fixed.some((own) => own.name === name)) return "static";
  return stored.get(name)?.source ?? "settings";
}

/** Worked out once for each state of a server and what is around it: it is asked for with each key that is typed. */
const known = new WeakMap<LiveServer, { status: InstanceStatus | undefined; origins: Origins; facts: Facts }>();

function factsOf(server: LiveServer, { statuses, origins }: Around): Facts {
  const status = statuses.get(server.name);
  const before = known.get(server);
  if (before !== undefined && before.status === status && before.origins === origins) return before.facts;
  const { config, enabled, needsReentry, findings = [] } = server;
  const facts: Facts = {
    text: [server.name, transportText(server), targetText(server), descriptionText(server)].join("\n").toLowerCase(),
    transport: config === null ? null : transportOf(config),
    state: enabled === true ? "enabled" : "disabled",
    running: status?.state === "running" ? ["running"] : [],
    origin: originOf(server.name, origins),
    attention: GROUPS.attention.filter(
      (what) =>
        ({
          approval: status !== undefined && needsApproval(status),
          failing: status !== undefined && isFailing(status),
          reentry: needsReentry.length > 0,
          findings: findings.length > 0,
          invalid: config === null || isServerName(server.name) !== null,
        })[what],
    ),
  };
  known.set(server, { status, origins, facts });
  return facts;
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

/** Made for the first icon: its tables take time that the first load does not have. */
let graphemes: Intl.Segmenter | null = null;

/** An icon that is text, such as an emoji; otherwise empty. An address of an image is not loaded. */
export function iconText(server: LiveServer): string {
  if (server.config === null) return "";
  const icon = toBeShown(server.config, server).get("icon");
  if (typeof icon !== "string" || icon.length > MOST_UNITS) return "";
  graphemes ??= new Intl.Segmenter();
  return [...graphemes.segment(icon.trim())].length <= MOST_GRAPHEMES ? icon.trim() : "";
}

const MOST_GRAPHEMES = 2;
/** Some emoji are long: a family of four has 11 units. */
const MOST_UNITS = 32;

/** The list shows nothing of what the service takes for a secret. */
function toBeShown(config: JsonObject, { findings = [] }: LiveServer): JsonObject {
  return withoutSuspects(config, findings.map(({ pointer }) => pointer));
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
