/** The rows of the list as places that stay while servers come, go and no longer pass the filter. Pure. */
import type { LiveServer } from "../../state/live.ts";

/** `isGone`: there is no such server any more; its row is only a place. */
export type Place = { server: LiveServer; isGone: boolean };

/** The same places with what is there now; what is new comes behind them. */
export function steady(before: Place[], found: LiveServer[], all: ReadonlyMap<string, LiveServer>): Place[] {
  const names = new Set(before.map(({ server }) => server.name));
  const kept = before.map(({ server }) => {
    const now = all.get(server.name);
    return { server: now ?? server, isGone: now === undefined };
  });
  return [...kept, ...found.filter(({ name }) => !names.has(name)).map((server) => ({ server, isGone: false }))];
}
