/**
 * All that is wrong with a draft, in the order of the form's fields. It judges what would be changed: what was
 * stored in an odd way before does not keep anybody from saving the rest.
 */
import { get, pointer, steps } from "../../json/pointer.ts";
import { type Json, type JsonObject, equal } from "../../json/value.ts";
import { type Finding, check } from "../../model/check.ts";
import { masksOfNothing, type unboundSecrets } from "../../model/destination.ts";
import { editor, secrets } from "../../texts-editing.ts";
import { type Row, rowFaults } from "./entries.ts";
import { type Stored, clearedSecrets } from "./secret-choice.ts";

/** What a draft is judged by. */
export type Judged = {
  config: JsonObject;
  base: JsonObject | null;
  /** The secrets that may not be kept. */
  unbound: ReturnType<typeof unboundSecrets>;
  /** Null until the service has sent it. */
  schema: unknown;
  /** The rows of `/env` and the like, where somebody typed. */
  rows: ReadonlyMap<string, Row[]>;
  /** Where Replace was chosen in the form. */
  replacing: ReadonlySet<string>;
  /** Where something has to be entered, and what is there before. */
  leftOpen: ReadonlyMap<string, Json>;
  /** What the service refused, and what that was about. */
  refused: { config: JsonObject; findings: Finding[] } | null;
};

const ORDER = [
  "", "transport", "type", "command", "args", "cwd", "env", "url", "headers", "auth", "authentication", "enabled", "description",
  "icon", "timeout", "sse_read_timeout", "keep_alive", "include_tags", "exclude_tags",
];

/** Something that is wrong. */
export type Fault = Finding & {
  /** Whether it is shown at once. What is merely not typed yet waits until the field was left. */
  isUrgent: boolean;
  /** Whether it keeps the draft from being sent. What the service refused may be tried again. */
  hinders: boolean;
};

/** All faults of a draft, each once, in the order of the form. */
export function faults(judged: Judged): Fault[] {
  const found = [
    ...faultsOf([...judged.rows].flatMap(([member, rows]) => rowFaults(member, rows)), true),
    ...faultsOf(keptFaults(judged), true),
    ...faultsOf(notEntered(judged), true),
    ...faultsOf(emptyReplacements(judged), false),
    ...faultsOf(schemaFaults(judged), false),
    ...faultsOf(refusedStill(judged), true, false),
  ];
  const unique = new Map<string, Fault>();
  for (const fault of found) {
    const said = `${fault.pointer} ${fault.message}`;
    if (!unique.has(said)) unique.set(said, fault);
  }
  return [...unique.values()].sort((a, b) => rank(a.pointer) - rank(b.pointer));
}

/** The faults to be shown now: all once saving was tried, before that the urgent ones and those of fields that were left. */
export function visible(found: Fault[], wasSaveTried: boolean, touched: ReadonlySet<string>): Fault[] {
  return found.filter(({ pointer: at, isUrgent }) => wasSaveTried || isUrgent || touched.has(at));
}

function faultsOf(findings: Finding[], isUrgent: boolean, hinders = true): Fault[] {
  return findings.map((finding) => ({ ...finding, isUrgent, hinders }));
}

function keptFaults({ config, base, unbound }: Judged): Finding[] {
  const nothing = editor.nothingStored;
  const missing = masksOfNothing(base, config).map((at) => ({ pointer: at, message: nothing }));
  const moved = (unbound?.pointers ?? [])
    .filter((at) => !missing.some((finding) => finding.pointer === at))
    .map((at) => ({ pointer: at, message: secrets.cantKeep(unbound?.why ?? "") }));
  return [...missing, ...moved];
}

/** An empty text is a value too, so nobody is to store one by choosing Replace and going on. */
function emptyReplacements({ config, replacing, unbound }: Judged): Finding[] {
  const empty = [...replacing].filter((at) => get(config, at) === "");
  return empty.map((at) => ({ pointer: at, message: unbound?.pointers.includes(at) ? secrets.emptyUnbound : secrets.empty }));
}

function notEntered({ config, leftOpen }: Judged): Finding[] {
  const open = [...leftOpen].filter(([at, before]) => equal(get(config, at) ?? null, before));
  return open.map(([at]) => ({ pointer: at, message: secrets.leftOpen }));
}

function schemaFaults({ config, base, schema }: Judged): Finding[] {
  if (schema === null || schema === undefined) return [];
  return check(config, schema).filter(({ pointer: at }) => {
    const [member] = steps(at);
    return base === null || member === undefined || !equal(config.get(member), base.get(member)) || changesKind(config, base);
  });
}

/** Rules about several members name one of them, which need not be the one that was changed. */
function changesKind(config: JsonObject, base: JsonObject): boolean {
  return ["command", "url", "headers", "auth"].some((name) => !equal(config.get(name), base.get(name)));
}

/** What was refused is shown until it is changed. */
function refusedStill({ config, refused }: Judged): Finding[] {
  if (refused === null) return [];
  return refused.findings.filter(({ pointer: at }) => equal(get(config, at), get(refused.config, at)));
}

/** The rank of a place in the order of the form's fields. */
export function rank(at: string): number {
  const index = ORDER.indexOf(steps(at)[0] ?? "");
  return index < 0 ? ORDER.length : index;
}

const LABELS: Record<string, string> = {
  command: editor.command, args: editor.args, cwd: editor.cwd, env: editor.env, url: editor.url, headers: editor.headers, auth: editor.auth,
  authentication: editor.auth, transport: editor.transport, type: editor.transport, description: editor.description, icon: editor.icon,
  timeout: editor.timeout, sse_read_timeout: editor.readTimeout, keep_alive: editor.keepAlive, enabled: editor.enabled,
  disabled: editor.disabled, include_tags: editor.includeTags, exclude_tags: editor.excludeTags, "#name": editor.name, "#raw": editor.json,
};

/** What one element of a list is called. */
const ELEMENTS: Record<string, string> = { args: editor.argument, include_tags: editor.includedTag, exclude_tags: editor.excludedTag };

/** What a place is called, as its field is. */
export function labelOf(at: string): string {
  const [member, ...inner] = steps(at);
  if (member === undefined) return editor.view;
  const label = LABELS[member] ?? member;
  if (inner.length === 0) return label;
  const [index = ""] = inner;
  const one = ELEMENTS[member];
  if (one !== undefined && inner.length === 1 && /^\d+$/.test(index)) return editor.rowOf(one, Number(index) + 1);
  return `${label}: ${inner.map((name) => name.replace(/^#/, editor.row)).join(" › ")}`;
}

/** The pointer of the name field, which is no part of a configuration. */
export const NAME_FIELD = pointer("#name");

/** The stored secrets that a draft clears, as people call them. */
export function clearedWords(stored: Stored, config: JsonObject): string[] {
  return clearedSecrets(stored, config).map(labelOf);
}
