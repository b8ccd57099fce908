/** The buttons of rows: one that removes a row, and one that adds one. Both can be given the focus by name. */
import type { ComponentChildren } from "preact";

/** `name`: what `focusNamed` calls it. */
type Props = { name: string; one: string };

export function RemoveRow({ name, one, number, onPress }: Props & { number: number; onPress: () => void }) {
  return (
    <span class="row-remove">
      <button type="button" data-focus={name} class="button quiet" aria-label={`Remove ${one} ${number}`} onClick={onPress}>
        Remove
      </button>
    </span>
  );
}

export function AddRow({ name, one, hint, onPress }: Props & { hint?: ComponentChildren; onPress: () => void }) {
  return (
    <div class="rows-end">
      <button type="button" data-focus={name} class="button" onClick={onPress}>
        Add {one}
      </button>
      {hint !== undefined && <span class="field-hint">{hint}</span>}
    </div>
  );
}
