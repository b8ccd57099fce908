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

/** In the place of a row's value once the row is removed; beside it the room of the button that removed it stays free. */
export function GoneRow({ name, one, what, onUndo }: Props & { what: string; onUndo: () => void }) {
  return (
    <span class="row-gone">
      <button type="button" data-focus={name} class="button" aria-label={`Undo removing ${one} ${what}`.trim()} onClick={onUndo}>
        Undo
      </button>
      <span class="field-hint">Removed when you save</span>
    </span>
  );
}

/** The room of a row's button that is not there, so that the row stays as wide as it was. */
export function NoButton() {
  return (
    <span class="row-remove unpressable" aria-hidden="true">
      <span class="button quiet">Remove</span>
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
