/** Members with the value before, theirs and mine, and whose is taken; if both sides changed one, a choice. */
import { Comparison } from "../../parts/Comparison.tsx";
import { Segments } from "../../parts/Segments.tsx";
import { conflict } from "../../texts-editing.ts";
import type { ConflictRow } from "./conflict-rows.ts";

export type Side = "theirs" | "mine";

type Props = {
  /** `choice`: both sides changed it. */
  rows: (ConflictRow & { outcome: Side | "choice" })[];
  /** The choices so far, by pointer. */
  choices: ReadonlyMap<string, Side>;
  onChoose: (pointer: string, side: Side) => void;
};

export function ConflictTable({ rows, choices, onChoose }: Props) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={conflict.table}>
      <Comparison
        member={conflict.field}
        sides={[conflict.before, conflict.theirs, conflict.yours]}
        outcome={conflict.result}
        rows={rows.map(({ pointer, member, before, theirs, mine, outcome }) => ({
          at: pointer,
          kind: outcome,
          member,
          values: [before, theirs, mine],
          outcome:
            outcome === "choice" ? (
              <Segments
                label={member}
                name={`choice ${pointer}`}
                value={choices.get(pointer) ?? null}
                options={SIDES}
                onChoose={(side) => onChoose(pointer, side)}
              />
            ) : (
              { theirs: conflict.usingTheirs, mine: conflict.keepingYours }[outcome]
            ),
        }))}
      />
    </div>
  );
}

const SIDES: [Side, string][] = [
  ["theirs", conflict.theirs],
  ["mine", conflict.yours],
];
