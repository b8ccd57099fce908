/** Everything that is known of a draft at one moment: what is wrong, what is shown of it, and what saving it would do. */
import { useEffect, useState } from "preact/hooks";
import { serverSchema } from "../../api/servers.ts";
import { may } from "../../api/session.ts";
import { get } from "../../json/pointer.ts";
import { unboundSecrets } from "../../model/destination.ts";
import { NOTHING_TO_START } from "../../model/check.ts";
import { isServerName } from "../../model/name.ts";
import { transportOf } from "../../model/summary.ts";
import { advice } from "../../model/advice.ts";
import { suspects } from "../../model/suspects.ts";
import { type Draft, NAME_WAITS, isWaiting } from "../../state/drafts.ts";
import { whyNoWrite } from "../../state/access.ts";
import { servers } from "../../state/live.ts";
import { editor } from "../../texts-editing.ts";
import { faultOf, typedAuth } from "./custom-auth.ts";
import type { Editing } from "./editing.ts";
import { followed, isList } from "./entries.ts";
import { type Fault, NAME_FIELD, faults, visible } from "./faults.ts";
import type { Memory } from "./memory.ts";
import { rawFault } from "./raw.ts";

export type Judgement = Editing & {
  /** All faults, shown or not. */
  all: Fault[];
};

/** Where the fault of raw text is put. */
export const RAW_TEXT = "/#raw";

export function judge(draft: Draft, memory: Memory, schema: unknown): Judgement {
  const { config } = draft;
  const base = draft.base?.isUnreadable === true ? null : draft.base;
  const unbound = base === null ? null : unboundSecrets(base.config, config, may("reveal") !== false);
  const rows = new Map([...memory.rows].map(([at, own]) => [at, followed(own, get(config, at))]));
  const found = faults({
    config,
    base: base?.config ?? null,
    unbound,
    schema,
    rows: new Map([...rows].filter(([at]) => !isList(at))),
    replacing: memory.replacing,
    leftOpen: memory.leftOpen,
    refused: memory.refused,
  });
  const all = [...textFaults(draft, memory), ...nameFaults(draft), ...eachPlaceOnce(found.map((fault) => placed(fault, draft)))];
  const stored = base === null ? null : { config: base.config, needsReentry: base.needsReentry };
  return { draft, memory, stored, suspects: suspects(config), advice: advice(config), unbound, all, faults: visible(all, memory.wasSaveTried, memory.touched) };
}

/** The schema from the service, once it has arrived. */
export function useSchema(): unknown {
  const [schema, setSchema] = useState<unknown>(null);
  useEffect(() => {
    let isHere = true;
    // Without it the service judges alone.
    serverSchema().then((loaded) => isHere && setSchema(loaded), () => undefined);
    return () => {
      isHere = false;
    };
  }, []);
  return schema;
}

/** Why nothing can be saved now, whatever the draft says; null where it can. */
export function whyNoSave(): string | null {
  return whyNoWrite.value;
}

function textFaults(draft: Draft, { customAuth }: Memory): Fault[] {
  const raw = rawFault(draft.rawText);
  const custom = faultOf(typedAuth(draft.config, customAuth) ?? "");
  return [
    ...(raw === null ? [] : [{ pointer: RAW_TEXT, message: raw.message, isUrgent: false, hinders: true }]),
    ...(custom === null ? [] : [{ pointer: "/auth", message: custom, isUrgent: false, hinders: true }]),
  ];
}

function nameFaults({ isNew, name, key }: Draft): Fault[] {
  if (!isNew) return [];
  const taken = servers.value.has(name) ? editor.nameTaken : isWaiting(name, key) ? NAME_WAITS : null;
  const message = taken ?? isServerName(name);
  return message === null ? [] : [{ pointer: NAME_FIELD, message, isUrgent: taken !== null, hinders: true }];
}

/** Where the part is said to be wrong, the whole need not be too. */
function eachPlaceOnce(all: Fault[]): Fault[] {
  const isOfWhole = ({ message }: Fault) => message === NOTHING_TO_START;
  return all.filter((fault) => !isOfWhole(fault) || !all.some((other) => other.pointer === fault.pointer && !isOfWhole(other)));
}

/** A fault of the whole configuration can be corrected at its command or URL. */
function placed(fault: Fault, { config }: Draft): Fault {
  if (fault.pointer !== "") return fault;
  return { ...fault, pointer: transportOf(config) === "stdio" ? "/command" : "/url" };
}
