/** Members with the value before, theirs and mine, and whose is taken; if both sides changed one, a choice. */
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
      <table class="conflicts">
        <thead>
          <tr>
            {[conflict.field, conflict.before, conflict.theirs, conflict.yours, conflict.result].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.pointer} class={row.outcome}>
              <th scope="row">
                <span dir="auto">{row.member}</span>
              </th>
              <td dir="auto" data-label={conflict.before}>{row.before}</td>
              <td dir="auto" data-label={conflict.theirs}>{row.theirs}</td>
              <td dir="auto" data-label={conflict.yours}>{row.mine}</td>
              <td data-label={conflict.result} class="outcome">
                {row.outcome === "choice" ? (
                  <Segments
                    label={row.member}
                    name={`choice ${row.pointer}`}
                    value={choices.get(row.pointer) ?? null}
                    options={SIDES}
                    onChoose={(side) => onChoose(row.pointer, side)}
                  />
                ) : (
                  { theirs: conflict.usingTheirs, mine: conflict.keepingYours }[row.outcome]
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const SIDES: [Side, string][] = [
  ["theirs", conflict.theirs],
  ["mine", conflict.yours],
];
