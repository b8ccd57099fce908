/** The lines of a log, program by program, as pieces of them come. Pure. */
import type { LogLine } from "../../api/instances.ts";
import { wordsOf } from "../../model/finding.ts";

/** The lines of one program, the oldest first. */
export type Part = readonly LogLine[];

/** How many lines are kept of all programs together: as many as can be drawn without a wait. */
const MOST = 2_000;

/** `isFirst`: the lines begin a log. It may be that of the last program once more. */
export function joined(parts: readonly Part[], lines: readonly LogLine[], isFirst: boolean): readonly Part[] {
  const before = parts.slice(0, -1);
  const last = parts.at(-1) ?? [];
  const all = !isFirst ? [...before, [...last, ...lines]] : isSame(last[0], lines[0]) || last.length === 0 ? [...before, lines] : [...parts, lines];
  return newest(all);
}

/** The lines that have each word somewhere. A program of which no line is left has no part. */
export function searched(parts: readonly Part[], typed: string): readonly Part[] {
  const words = wordsOf(typed);
  if (words.length === 0) return parts;
  const has = ({ text }: LogLine) => {
    const line = text.toLowerCase();
    return words.every((word) => line.includes(word));
  };
  return parts.map((part) => part.filter(has)).filter((part) => part.length > 0);
}

export function linesIn(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function isSame(one: LogLine | undefined, other: LogLine | undefined): boolean {
  return one !== undefined && other !== undefined && one.at_ms === other.at_ms && one.text === other.text;
}

function newest(parts: readonly Part[]): readonly Part[] {
  let room = MOST;
  const kept: Part[] = [];
  for (const part of parts.toReversed()) {
    if (room <= 0) break;
    kept.unshift(part.slice(-room));
    room -= part.length;
  }
  return kept;
}
