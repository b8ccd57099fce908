/** The name of a server that is not stored yet. A stored one gets another by renaming. */
import { Field } from "../../parts/Field.tsx";
import { updateDraft } from "../../state/drafts.ts";
import { editor } from "../../texts-editing.ts";
import { AS_TYPED } from "./as-typed.ts";
import { leave, messageAt, useEditing } from "./editing.ts";
import { NAME_FIELD } from "./faults.ts";

export function NameField() {
  const { draft, faults } = useEditing();
  return (
    <Field label={editor.name} hint={editor.nameHint} error={messageAt(faults, NAME_FIELD)}>
      {(wiring) => (
        <input
          {...wiring}
          {...AS_TYPED}
          class="code name"
          data-at={NAME_FIELD}
          value={draft.name}
          onInput={({ currentTarget }) => updateDraft(draft.key, { name: currentTarget.value })}
          onBlur={() => leave(draft.key, NAME_FIELD)}
        />
      )}
    </Field>
  );
}
