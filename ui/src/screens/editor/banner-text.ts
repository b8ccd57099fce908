/** What the banner says about what others did to the server that is being edited. It does not know the clock. */
import type { Since } from "../../state/history.ts";
import { conflict } from "../../texts-editing.ts";
import { labelOf } from "./faults.ts";

/** The sentence in parts: the age comes between `verb` and the rest, because it keeps changing. */
export type Notice = { kind: "changed" | "removed" | "renamed"; code: string | null; words: string; at_ms: number | null; by: string | null; renamedTo: string | null };

/** What is to be said; null where the draft's base is still what is stored. */
export function notice(elsewhere: Since, baseTag: string): Notice | null {
  const { at_ms, by, renamedTo } = elsewhere;
  const known = { at_ms, by, renamedTo };
  if (renamedTo !== null) {
    return { kind: "renamed", code: null, words: conflict.renamed(renamedTo), ...known };
  }
  if (elsewhere.removed) return { kind: "removed", code: null, words: conflict.removed, ...known };
  if (elsewhere.current === null || elsewhere.current === baseTag) return null;
  const [first, ...others] = elsewhere.members ?? [];
  if (first === undefined || first === "") return { kind: "changed", code: null, words: conflict.changed, ...known };
  const words = others.length === 0 ? conflict.oneChanged : conflict.moreChanged(others.length);
  return { kind: "changed", code: labelOf(first), words, ...known };
}
