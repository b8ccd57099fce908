/**
 * What a form says about one secret, decided by three things: what is stored, what the draft says, and whether
 * the stored one may be kept. A mask in the draft means Keep, no member means Clear, a text means Replace.
 */
import { may } from "../../api/session.ts";
import { get, set } from "../../json/pointer.ts";
import { type Json, type JsonObject, isObject } from "../../json/value.ts";
import { unboundSecrets } from "../../model/destination.ts";
import { keptSecrets } from "../../model/secrets.ts";

export type Choice = "keep" | "replace" | "clear";

/** What the service holds under the draft's base, as it shows it. */
export type Stored = { config: JsonObject; needsReentry: string[] } | null;

export type SecretShown = {
  /** Whether something is stored at this place, so that there is a choice at all. */
  isStored: boolean;
  /** What the draft chooses; null where it keeps what may not be kept. */
  choice: Choice | null;
  mayKeep: boolean;
  /** Whether no key opens what is stored. */
  needsReentry: boolean;
  /** Whether the draft keeps something where nothing is stored: under another name, or for a server that is new. */
  isMissing: boolean;
};

/** What is to be shown at this place. `unbound` are the secrets that may not go where the draft leads. */
export function secretAt(stored: Stored, draft: JsonObject, pointer: string, unbound: string[]): SecretShown {
  const isStored = stored !== null && keptSecrets(stored.config).includes(pointer);
  const keeps = keptSecrets(draft).includes(pointer);
  const mayKeep = isStored && !unbound.includes(pointer);
  const kept = mayKeep ? "keep" : null;
  return {
    isStored,
    choice: keeps ? kept : get(draft, pointer) === undefined ? "clear" : "replace",
    mayKeep,
    needsReentry: stored !== null && stored.needsReentry.includes(pointer),
    isMissing: keeps && !isStored,
  };
}

/** Whether the stored secret may go where the draft leads, although something else is typed now. */
export function couldBeKept(stored: Stored, draft: JsonObject, at: string): boolean {
  if (stored === null) return false;
  const kept = set(draft, at, get(stored.config, at));
  return isObject(kept) && unboundSecrets(stored.config, kept, may("reveal") !== false)?.pointers.includes(at) !== true;
}

/** What the draft says at this place once this is chosen. */
export function chosen(stored: Stored, pointer: string, choice: Choice): Json | undefined {
  if (choice === "clear") return undefined;
  return choice === "replace" ? "" : stored === null ? undefined : get(stored.config, pointer);
}

/** The stored secrets that are gone once the draft is saved. */
export function clearedSecrets(stored: Stored, draft: JsonObject): string[] {
  return stored === null ? [] : keptSecrets(stored.config).filter((at) => get(draft, at) === undefined);
}

/** The stored secrets under this object that the draft clears, in the order in which they are stored. */
export function clearedUnder(stored: Stored, draft: JsonObject, member: string): string[] {
  return clearedSecrets(stored, draft).filter((at) => at.startsWith(`${member}/`));
}
