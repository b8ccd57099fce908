/**
 * How each server runs, as the stream says it: nothing here is asked for. Each server has a signal of its own, so that one that
 * changes each second draws nothing but itself again.
 */
import { type Signal, batch, computed, signal } from "@preact/signals";
import type { InstanceStatus } from "../api/events.ts";
import { tickAlong } from "./clock.ts";

/** The newest state of each instance that the stream has spoken of. A server that is gone may still be here. */
export const statuses = signal<ReadonlyMap<string, InstanceStatus>>(new Map());

/** Whether this service runs the servers; null until it has said so. */
export const isRunner = signal<boolean | null>(null);

/** Whether running servers is turned off here. */
export const isRunOff = computed(() => [...statuses.value.values()].some(({ reason }) => reason === "run-off"));

const each = new Map<string, Signal<InstanceStatus | null>>();

/** The state of one, followed by what draws it; null where nothing is known. */
export function statusOf(name: string): InstanceStatus | null {
  return signalOf(name).value;
}

/** What the stream says. `isFirst`: it speaks of all, and what it does not name is unknown. */
export function takeStatuses({ runner, instances }: { runner: boolean; instances: readonly InstanceStatus[] }, isFirst: boolean): void {
  const next = new Map(isFirst ? [] : statuses.peek());
  for (const status of instances) next.set(status.name, status);
  batch(() => {
    if (isFirst) for (const [name, own] of each) if (!next.has(name)) own.value = null;
    for (const status of instances) signalOf(status.name).value = status;
    isRunner.value = runner;
    statuses.value = next;
    tickAlong();
  });
}

function signalOf(name: string): Signal<InstanceStatus | null> {
  const known = each.get(name);
  if (known !== undefined) return known;
  const fresh = signal<InstanceStatus | null>(statuses.peek().get(name) ?? null);
  each.set(name, fresh);
  return fresh;
}
