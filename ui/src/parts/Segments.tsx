/** One of a few that are all in sight. */

export type SegmentsProps<Value extends string> = {
  /** What the group is called, or the id of what says that. */
  label?: string;
  labelledBy?: string;
  describedBy?: string;
  /** Unique on the screen. */
  name: string;
  /** Null: none is chosen yet. */
  value: Value | null;
  options: readonly (readonly [Value, string])[];
  onChoose: (value: Value) => void;
};

export function Segments<Value extends string>({ label, labelledBy, describedBy, name, value, options, onChoose }: SegmentsProps<Value>) {
  return (
    <span role="radiogroup" class="segments" aria-label={label} aria-labelledby={labelledBy} aria-describedby={describedBy}>
      {options.map(([own, text]) => (
        <label key={own} class="segment">
          <input type="radio" name={name} checked={own === value} onChange={() => onChoose(own)} />
          <span>{text}</span>
        </label>
      ))}
    </span>
  );
}
