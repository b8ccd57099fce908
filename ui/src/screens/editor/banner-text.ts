/** What the banner says about what others did to the server that is being edited. It does not know the clock. */
import { steps } from "../../json/pointer.ts";
import type { Since } from "../../state/history.ts";

/** The sentence in parts: the age comes between `verb` and the rest, because it keeps changing. */
export type Notice = { kind: "changed" | "removed" | "renamed"; code: string | null; words: string; at_ms: number | null; by: string | null; renamedTo: string | null };

/** What is to be said; null where the draft's base is still what is stored. */
export function notice(elsewhere: Since, baseTag: string): Notice | null {
  const { at_ms, by, renamedTo } = elsewhere;
  const known = { at_ms, by, renamedTo };
  if (renamedTo !== null) {
    return { kind: "renamed", code: null, words: `This server was renamed to ${renamedTo}`, ...known };
  }
  if (elsewhere.removed) return { kind: "removed", code: null, words: "This server was removed", ...known };
  if (elsewhere.current === null || elsewhere.current === baseTag) return null;
  const [first, ...others] = elsewhere.members ?? [];
  if (first === undefined || first === "") return { kind: "changed", code: null, words: "This server was changed", ...known };
  const words = others.length === 0 ? "was changed" : `and ${others.length} more were changed`;
  return { kind: "changed", code: memberName(first), words, ...known };
}

/** A place as people write it: `env.API_KEY`. */
export function memberName(pointer: string): string {
  return steps(pointer).join(".") || "everything";
}
