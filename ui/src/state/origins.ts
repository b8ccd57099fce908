/** Where servers came from that were not configured here, as the stream says it: nothing here is asked for. */
import { signal } from "@preact/signals";
import type { ServerOrigin, StaticServer } from "../api/events.ts";

export type Origins = {
  /** Stored servers by name. One that is not here was configured here, or by another program. */
  stored: ReadonlyMap<string, ServerOrigin>;
  /** The servers of a file, in its order. They are not stored. */
  fixed: readonly StaticServer[];
};

export const NO_ORIGINS: Origins = { stored: new Map(), fixed: [] };

export const origins = signal<Origins>(NO_ORIGINS);

/** What the stream says: all of it. */
export function takeOrigins(said: { servers: readonly ServerOrigin[]; static_servers: readonly StaticServer[] }): void {
  origins.value = { stored: new Map(said.servers.map((own) => [own.name, own])), fixed: said.static_servers };
}

/** A new stream says it again, unless there is nothing to say. */
export function forgetOrigins(): void {
  if (origins.peek() !== NO_ORIGINS) origins.value = NO_ORIGINS;
}
