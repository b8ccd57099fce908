/** Which server of the list is being renamed or duplicated. It outlives the row: somebody else may remove the server meanwhile. */
import { signal } from "@preact/signals";

/** `etag`: the tag of what was there when it was asked for. */
export type Named = { kind: "rename" | "copy"; name: string; etag: string };

export const named = signal<Named | null>(null);

export function askForName(server: Named): void {
  named.value = server;
}

export function endNaming(): void {
  named.value = null;
}
