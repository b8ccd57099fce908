/**
 * `env` and `headers` as rows of a name and a value. A name that stands twice is said at its row; nothing is run
 * together. Stored values that the draft clears stay to be seen, so that they can be kept after all.
 */
import { batch } from "@preact/signals";
import { useId } from "preact/hooks";
import { get, pointer, steps } from "../../json/pointer.ts";
import { type Json, isObject } from "../../json/value.ts";
import { Field } from "../../parts/Field.tsx";
import { PastedNote } from "./PastedNote.tsx";
import { SecretField } from "./SecretField.tsx";
import { SecretInput } from "./SecretInput.tsx";
import { leave, messageAt, setMember, useEditing } from "./editing.ts";
import { type Row, followed, objectOf, rowPointer, withRows } from "./entries.ts";
import { remember } from "./memory.ts";
import { clearedUnder } from "./secret-choice.ts";
import { useFocusNext } from "./focus.ts";
import { OddField } from "./MemberField.tsx";

type Props = {
  at: string;
  legend: string;
  /** What one row is: "variable", "header". */
  one: string;
  /** Takes a pasted text apart; true where it did. */
  onTake: (text: string, isName: boolean, index: number) => boolean;
};

export function PairsField({ at, legend, one, onTake }: Props) {
  const id = useId();
  const { draft, stored, memory, faults } = useEditing();
  const focusNext = useFocusNext();
  const value = get(draft.config, at);
  if (value !== undefined && value !== null && !isObject(value)) {
    return <OddField label={legend} at={at} error={messageAt(faults, at)} />;
  }
  const rows = followed(memory.rows.get(at), value);

  function write(next: Row[]) {
    const members = objectOf(next);
    batch(() => {
      remember(draft.key, { rows: new Map(memory.rows).set(at, next) });
      setMember(draft.key, at, members.size === 0 ? undefined : members);
    });
  }

  function change(index: number, part: Partial<Row>) {
    write(rows.map((row, own) => (own === index ? { ...row, ...part } : row)));
  }

  function remove(index: number) {
    focusNext(rows.length > 1 ? `${id}-remove-${Math.min(index, rows.length - 2)}` : `${id}-add`);
    write(rows.toSpliced(index, 1));
  }

  function take(event: ClipboardEvent, isName: boolean, index: number) {
    if (onTake(event.clipboardData?.getData("text/plain") ?? "", isName, index)) event.preventDefault();
  }

  return (
    <fieldset class="rows" data-at={at} tabIndex={-1}>
      <legend>{legend}</legend>
      <ol>
        {rows.map((row, index) => {
          const member = at + pointer(row.name);
          const own = rowPointer(at, index);
          const error = faults.find((fault) => fault.pointer === own)?.message ?? null;
          return (
            <li key={row.id} class="row pair">
              <Field label={`Name ${index + 1}`} isLabelHidden error={error}>
                {(wiring) => (
                  <input
                    {...wiring}
                    data-focus={`${id}-name-${row.id}`}
                    type="text"
                    class="code"
                    placeholder={one === "header" ? "Header" : "NAME"}
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck={false}
                    data-at={own}
                    value={row.name}
                    onInput={({ currentTarget }) => change(index, { name: currentTarget.value })}
                    onPaste={(event) => take(event, true, index)}
                    onBlur={() => leave(draft.key, own)}
                  />
                )}
              </Field>
              {typeof row.value !== "string" ? (
                <OddField label={`Value ${index + 1}`} at={member} error={messageAt(faults, member)} />
              ) : row.name === "" || rows.findIndex(({ name }) => name === row.name) < index ? (
                // Nothing is stored for a row that no member stands for yet.
                <SecretInput
                  at={own}
                  label={`Value ${index + 1}`}
                  isLabelHidden
                  value={row.value}
                  error={null}
                  onText={(text) => change(index, { value: text })}
                  onPaste={(event) => take(event, false, index)}
                  onLeave={() => leave(draft.key, own)}
                />
              ) : (
                <SecretField
                  at={member}
                  label={row.name}
                  inputLabel={`Value ${index + 1}`}
                  isInRow
                  onPaste={(event) => take(event, false, index)}
                  onSet={(next: Json | undefined) => (next === undefined ? write(rows.toSpliced(index, 1)) : change(index, { value: next }))}
                />
              )}
              <span class="row-remove">
                <button
                  type="button"
                  data-focus={`${id}-remove-${index}`}
                  class="button quiet"
                  aria-label={`Remove ${one} ${index + 1}`}
                  onClick={() => remove(index)}
                >
                  Remove
                </button>
              </span>
            </li>
          );
        })}
        {clearedUnder(stored, draft.config, at).map((member) => (
          <li key={member} class="row pair cleared">
            <code class="row-name">{steps(member).at(-1)}</code>
            <SecretField
              at={member}
              label={steps(member).at(-1) ?? ""}
              inputLabel={`New value of ${steps(member).at(-1) ?? ""}`}
              isInRow
              onSet={(next) => {
                if (next !== undefined) write(withRows(rows, [[steps(member).at(-1) ?? "", next]]));
              }}
            />
            <span class="field-hint">Saving clears it.</span>
          </li>
        ))}
      </ol>
      <div class="rows-end">
        <button
          type="button"
          data-focus={`${id}-add`}
          class="button"
          onClick={() => {
            const next = withRows(rows, [["", ""]]);
            focusNext(`${id}-name-${next.at(-1)?.id ?? 0}`);
            write(next);
          }}
        >
          Add {one}
        </button>
        <span class="field-hint">{one === "header" ? "Pasted header lines are taken apart." : "A pasted .env text is taken apart."}</span>
      </div>
      <PastedNote member={at} />
    </fieldset>
  );
}
