/** Members with what stood there before, theirs and mine; where both sides changed one, a choice. No secret is shown. */
import type { ConflictRow } from "./conflict-rows.ts";

export type Side = "theirs" | "mine";

type Props = {
  caption: string;
  rows: ConflictRow[];
  /** The choices so far, by pointer; absent where there is nothing to choose. */
  choices?: ReadonlyMap<string, Side>;
  onChoose?: (pointer: string, side: Side) => void;
};

export function ConflictTable({ caption, rows, choices, onChoose }: Props) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="conflicts">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col">Before</th>
            <th scope="col">Theirs</th>
            <th scope="col">Mine</th>
            {choices !== undefined && <th scope="col">Keep</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.pointer}>
              <th scope="row">
                <code>{row.member}</code>
              </th>
              <td data-label="Before">{row.before}</td>
              <td data-label="Theirs">{row.theirs}</td>
              <td data-label="Mine">{row.mine}</td>
              {choices !== undefined && (
                <td data-label="Keep">
                  <span role="radiogroup" class="segments" aria-label={row.pointer}>
                    {SIDES.map(([side, word]) => (
                      <label key={side} class="segment">
                        <input
                          type="radio"
                          name={`choice ${row.pointer}`}
                          checked={choices.get(row.pointer) === side}
                          onChange={() => onChoose?.(row.pointer, side)}
                        />
                        <span>{word}</span>
                      </label>
                    ))}
                  </span>
                </td>
              )}
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
