/** Members beside each other, a column for each side, and what comes of each. */
import type { ComponentChildren } from "preact";

export type ComparisonRow = {
  /** Unique in the table. */
  at: string;
  /** `choice` is drawn with a mark. */
  kind: string;
  member: string;
  /** One for each side. */
  values: readonly ComponentChildren[];
  outcome: ComponentChildren;
};

export type ComparisonProps = {
  label?: string;
  /** The titles of the columns: of the members, of each side, of what comes of them. */
  member: string;
  sides: readonly string[];
  outcome: string;
  rows: readonly ComparisonRow[];
};

export function Comparison({ label, member, sides, outcome, rows }: ComparisonProps) {
  return (
    <table class="conflicts" aria-label={label}>
      <thead>
        <tr>
          {[member, ...sides, outcome].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.at} class={row.kind}>
            <th scope="row">
              <span dir="auto">{row.member}</span>
            </th>
            {sides.map((side, index) => (
              <td key={side} dir="auto" data-label={side}>
                {row.values[index]}
              </td>
            ))}
            <td data-label={outcome} class="outcome">
              {row.outcome}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
