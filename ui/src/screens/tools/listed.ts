/**
 * The resources and prompts of the server that is looked at: asked for when it is opened, again where the stream says that it runs otherwise,
 * and where a view on them is opened. Never more than one question of a kind at a time, and none without a reason.
 */
import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Listing, promptsOf, resourcesOf } from "../../api/listed.ts";
import type { Result } from "../../api/problem.ts";
import { statusOf } from "../../state/instances.ts";
import { pending } from "../../state/pending.ts";
import type { View } from "../../state/route.ts";
import { listing as texts } from "../../texts-testing.ts";
import type { Failure } from "../editor/why-not.ts";

export type Listed<Entry> = {
  /** The name of the server. */
  server: string;
  listing: Listing<Entry> | null;
  failure: Failure | null;
  isBusy: boolean;
};

/** What is kept of one kind. */
export type Kept<Entry> = {
  kind: "resources" | "prompts";
  ask: (name: string, isRefresh: boolean) => Promise<Result<Listing<Entry>>>;
  shown: Signal<Listed<Entry>>;
  isWanted: boolean;
  isRefresh: boolean;
  /** What was asked of another server before is for nobody. */
  flight: number;
  /** How the server ran when this was asked for last. */
  seen: string;
};

export const RESOURCES = kept("resources", resourcesOf);
export const PROMPTS = kept("prompts", promptsOf);

function kept<Entry>(kind: Kept<Entry>["kind"], ask: Kept<Entry>["ask"]): Kept<Entry> {
  return { kind, ask, shown: signal(unknown<Entry>("")), isWanted: false, isRefresh: false, flight: 0, seen: "" };
}

function unknown<Entry>(server: string): Listed<Entry> {
  return { server, listing: null, failure: null, isBusy: false };
}

/** What is known of one kind. */
export function listedOf<Entry>(name: string, { shown: { value } }: Kept<Entry>): Listed<Entry> {
  return value.server === name ? value : unknown(name);
}

/** Whether a server has any of them, as far as is known. */
export function hasAny(name: string, kind: Kept<unknown>["kind"]): boolean {
  const { listing } = kind === "resources" ? listedOf(name, RESOURCES) : listedOf(name, PROMPTS);
  return listing !== null && listing.entries.length > 0;
}

/** Keeps both current while one server is looked at. For who edits one that does not run nothing is asked. */
export function useListed(name: string, view: View | undefined): void {
  const status = statusOf(name);
  const isRunning = status?.state === "running";
  const seen = `${name} ${String(status?.generation)} ${String(isRunning)}`;
  const follow = <Entry>(own: Kept<Entry>) => {
    const isNews = own.seen !== seen && (isRunning || view !== undefined);
    if (!isNews && view !== own.kind) return;
    own.seen = seen;
    void look(name, own);
  };
  useEffect(() => {
    follow(RESOURCES);
    follow(PROMPTS);
  }, [name, view, seen]);
}

/** Asks for one kind. `isRefresh`: a running server is asked again first. */
export async function look<Entry>(name: string, own: Kept<Entry>, isRefresh = false): Promise<void> {
  const known = own.shown.peek();
  const before = known.server === name ? known : unknown<Entry>(name);
  if (before !== known) own.isRefresh = false;
  own.isWanted = true;
  own.isRefresh ||= isRefresh;
  if (before.isBusy) return;
  const flight = ++own.flight;
  own.shown.value = { ...before, isBusy: true };
  while (own.isWanted) {
    const refreshes = own.isRefresh;
    own.isWanted = own.isRefresh = false;
    const found = await pending(texts.kinds[own.kind].reading(name), own.ask(name, refreshes));
    if (own.flight !== flight) return;
    own.shown.value = { ...own.shown.peek(), ...("ok" in found ? { listing: found.ok, failure: null } : { failure: found }) };
  }
  own.shown.value = { ...own.shown.peek(), isBusy: false };
}
