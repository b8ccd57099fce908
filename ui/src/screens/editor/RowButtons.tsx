/** The buttons of rows: one that removes a row, and one that adds one. Both can be given the focus by name. */
import type { ComponentChildren } from "preact";
import { editor, secrets } from "../../texts-editing.ts";

/** `name`: what `focusNamed` calls it. */
type Props = { name: string; one: string };

export function RemoveRow({ name, one, number, onPress }: Props & { number: number; onPress: () => void }) {
  return (
    <span class="row-buttons">
      <button type="button" data-focus={name} class="button quiet" aria-label={editor.removeRow(one, number)} onClick={onPress}>
        {editor.remove}
      </button>
    </span>
  );
}

/** In the place of a row's value once the row is removed; beside it the room of the button that removed it stays free. */
export function GoneRow({ name, what, onUndo }: { name: string; what: string; onUndo: () => void }) {
  return (
    <span class="row-gone">
      <button type="button" data-focus={name} class="button" aria-label={secrets.undoRemoving(what).trim()} onClick={onUndo}>
        {editor.undo}
      </button>
      <span class="field-hint">{editor.removedWhenSaved}</span>
    </span>
  );
}

/** The room of a row's buttons that are not there, so that the row stays as it was. */
export function NoButton() {
  return <span class="row-buttons" />;
}

export function AddRow({ name, one, hint, onPress }: Props & { hint?: ComponentChildren; onPress: () => void }) {
  return (
    <div class="rows-end">
      <button type="button" data-focus={name} class="button" onClick={onPress}>
        {editor.addRow(one)}
      </button>
      {hint !== undefined && <span class="field-hint">{hint}</span>}
    </div>
  );
}
