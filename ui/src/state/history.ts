/**
 * What the stream has reported about each server, so that the page can say which members somebody else has changed since a tag.
 * Pure memory: it does not know requests and screens.
 */
import type { ServerChange } from "../api/events.ts";

/** What happened to a server since a tag. */
export type Since = {
  /** Where it differs; null: the chain from that tag is not known. */
  members: string[] | null;
  at_ms: number | null;
  /** The API key's name, "you", or null for another program. */
  by: string | null;
  removed: boolean;
  renamedTo: string | null;
  /** The newest tag; null where there is no such server. */
  current: string | null;
};

/** Longer chains are not looked through by anyone: what was changed is then "something". */
const LONGEST = 256;

type Step = ServerChange & { isOwn: boolean };

export class History {
  private readonly chains = new Map<string, Step[]>();
  /** What this page has written and the stream has not reported yet. */
  private readonly awaited = new Set<string>();

  /** Takes an event of the stream, and returns whether this page caused it. */
  note(change: ServerChange): boolean {
    const isOwn = this.awaited.delete(keyOf(change.name, change.new_etag));
    const chain = this.chains.get(change.name) ?? [];
    chain.push({ ...change, isOwn });
    if (chain.length > LONGEST) chain.shift();
    this.chains.set(change.name, chain);
    return isOwn;
  }

  /**
   * A state that this page has written over another: the stream may have reported it before the answer came, or will. False
   * if it has already reported a later change by somebody else.
   */
  noteOwn(name: string, etag: string | null, over: string | null): boolean {
    const chain = this.chains.get(name) ?? [];
    // What changes nothing is never reported.
    if (etag === over) return chain.at(-1)?.new_etag === etag || chain.length === 0;
    // The same state may have been there before; what led to it then was not this.
    const since = chain.slice(chain.findLastIndex((step) => step.new_etag === over) + 1);
    const step = since.findLast((step) => step.new_etag === etag && !step.isOwn);
    if (step === undefined) this.awaited.add(keyOf(name, etag));
    else step.isOwn = true;
    return step === undefined || step === chain.at(-1);
  }

  /** Something was missed: no chain leads from before to now. */
  forget(): void {
    this.chains.clear();
    this.awaited.clear();
  }

  /** What happened to a server since a tag, where `current` is the newest tag that is known otherwise. */
  since(name: string, etag: string, current: string | null): Since {
    const chain = this.chains.get(name) ?? [];
    const last = chain.at(-1);
    const newest = last === undefined ? current : last.new_etag;
    const nothing: Since = { members: [], at_ms: null, by: null, removed: false, renamedTo: null, current: newest };
    if (newest === etag) return nothing;
    // The same state may have been there several times; the last time is the one that was read.
    const from = chain.findLastIndex((change) => change.old_etag === etag);
    const steps = from < 0 ? null : chain.slice(from);
    const by = last === undefined ? null : last.isOwn ? "you" : last.by;
    return {
      members: steps === null ? null : [...new Set(steps.flatMap((change) => change.members))],
      at_ms: last?.at_ms ?? null,
      by,
      removed: newest === null,
      renamedTo: last?.renamed_to ?? null,
      current: newest,
    };
  }
}

function keyOf(name: string, etag: string | null): string {
  return `${name}\n${etag ?? ""}`;
}
