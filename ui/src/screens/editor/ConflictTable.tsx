/** Members with the value before, theirs and mine, and whose is taken; if both sides changed one, a choice. */
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
    <div class="table-scroll" tabIndex={0} role="region" aria-label="What was changed">
      <table class="conflicts">
        <thead>
          <tr>
            {["Member", "Before", "Theirs", "Mine", "In your draft"].map((title) => (
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
                <code>{row.member}</code>
              </th>
              <td data-label="Before">{row.before}</td>
              <td data-label="Theirs">{row.theirs}</td>
              <td data-label="Mine">{row.mine}</td>
              <td data-label="In your draft" class="outcome">
                {row.outcome === "choice" ? (
                  <span role="radiogroup" class="segments" aria-label={row.pointer}>
                    {SIDES.map(([side, word]) => (
                      <label key={side} class="segment">
                        <input
                          type="radio"
                          name={`choice ${row.pointer}`}
                          checked={choices.get(row.pointer) === side}
                          onChange={() => onChoose(row.pointer, side)}
                        />
                        <span>{word}</span>
                      </label>
                    ))}
                  </span>
                ) : (
                  { theirs: "Theirs, taken over", mine: "Mine, kept" }[row.outcome]
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
  ["theirs", "Theirs"],
  ["mine", "Mine"],
];
