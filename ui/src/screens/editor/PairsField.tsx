/**
 * `env` and `headers` as rows of a name and a value. A name that is used twice is reported at its row; nothing is
 * merged. What is removed or cleared stays in its place until the draft is saved, so that it can be kept after all.
 */
import { batch } from "@preact/signals";
import { useId } from "preact/hooks";
import { get, pointer, steps } from "../../json/pointer.ts";
import { type Json, isObject } from "../../json/value.ts";
import { isPlainAt } from "../../model/secrets.ts";
import { Field } from "../../parts/Field.tsx";
import { editor } from "../../texts-editing.ts";
import { OddField } from "./MemberField.tsx";
import { PastedNote } from "./PastedNote.tsx";
import { AddRow, GoneRow, NoButton, RemoveRow } from "./RowButtons.tsx";
import { SecretField } from "./SecretField.tsx";
import { SecretInput } from "./SecretInput.tsx";
import { AS_TYPED } from "./as-typed.ts";
import { leave, messageAt, setMember, useEditing } from "./editing.ts";
import { type Row, followed, objectOf, rowPointer, withGone, withRows } from "./entries.ts";
import { remember } from "./memory.ts";
import { chosen, clearedUnder } from "./secret-choice.ts";
import { useFocusNext } from "./focus.ts";

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
  const cleared = new Set(clearedUnder(stored, draft.config, at));
  const storedMembers = stored === null ? undefined : get(stored.config, at);
  const storedOrder = isObject(storedMembers) ? [...storedMembers.keys()] : [];
  const rows = withGone(followed(memory.rows.get(at), value), [...cleared].map((member) => steps(member).at(-1) ?? ""), storedOrder);

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
    const row = rows[index];
    if (row === undefined) return;
    focusNext(`${id}-undo-${row.id}`);
    change(index, { isGone: true });
  }

  function undo(index: number) {
    const row = rows[index];
    if (row === undefined) return;
    const member = at + pointer(row.name);
    // What was cleared elsewhere, as in the JSON, left no value behind.
    const isKept = row.value === "" && cleared.has(member);
    focusNext(cleared.has(member) ? `${member} edit` : `${id}-name-${row.id}`);
    change(index, isKept ? { isGone: false, value: chosen(stored, member, "keep") ?? "" } : { isGone: false });
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
          const isGone = row.isGone === true;
          const isDouble = rows.findIndex(({ name, isGone: isOtherGone }) => isOtherGone !== true && name === row.name) < index;
          if (isGone) {
            return (
              <li key={row.id} class="row pair cleared">
                <code class="row-name" dir="auto">{row.name}</code>
                <GoneRow name={`${id}-undo-${row.id}`} what={`${one} ${row.name}`} onUndo={() => undo(index)} />
                <NoButton />
              </li>
            );
          }
          const removeButton = <RemoveRow name={`${id}-remove-${index}`} one={one} number={index + 1} onPress={() => remove(index)} />;
          return (
            <li key={row.id} class="row pair">
              <Field label={editor.nameOf(index + 1)} isLabelHidden error={error}>
                {(wiring) => (
                  <input
                    {...wiring}
                    data-focus={`${id}-name-${row.id}`}
                    {...AS_TYPED}
                    class="code"
                    placeholder={one === editor.header ? editor.headerPlaceholder : editor.namePlaceholder}
                    data-at={own}
                    value={row.name}
                    onInput={({ currentTarget }) => change(index, { name: currentTarget.value })}
                    onPaste={(event) => take(event, true, index)}
                    onBlur={() => leave(draft.key, own)}
                  />
                )}
              </Field>
              {typeof row.value !== "string" ? (
                <>
                  <OddField label={editor.valueOf(index + 1)} at={member} error={messageAt(faults, member)} />
                  {removeButton}
                </>
              ) : row.name === "" || isDouble ? (
                // Nothing is stored for a row that has no member yet.
                <>
                  <SecretInput
                    at={own}
                    label={editor.valueOf(index + 1)}
                    isLabelHidden
                    value={row.value}
                    error={null}
                    onText={(text) => change(index, { value: text })}
                    onPaste={(event) => take(event, false, index)}
                    onLeave={() => leave(draft.key, own)}
                  />
                  {removeButton}
                </>
              ) : stored !== null && isPlainAt(stored.config, member) ? (
                <>
                  <Field label={editor.valueOf(index + 1)} isLabelHidden error={messageAt(faults, member)}>
                    {(wiring) => (
                      <input
                        {...wiring}
                        {...AS_TYPED}
                        class="code"
                        data-at={member}
                        value={row.value as string}
                        onInput={({ currentTarget }) => change(index, { value: currentTarget.value })}
                        onPaste={(event) => take(event, false, index)}
                        onBlur={() => leave(draft.key, member)}
                      />
                    )}
                  </Field>
                  {removeButton}
                </>
              ) : (
                <SecretField
                  at={member}
                  label={row.name}
                  inputLabel={editor.valueOf(index + 1)}
                  row={{
                    onSet: (next: Json) => change(index, { value: next }),
                    onRemove: () => remove(index),
                    onPaste: (event) => take(event, false, index),
                    remove: removeButton,
                  }}
                />
              )}
            </li>
          );
        })}
      </ol>
      <AddRow
        name={`${id}-add`}
        one={one}
        hint={one === editor.header ? editor.severalHeaders : editor.severalVariables}
        onPress={() => {
          const next = withRows(rows, [["", ""]]);
          focusNext(`${id}-name-${next.at(-1)?.id ?? 0}`);
          write(next);
        }}
      />
      <PastedNote member={at} />
    </fieldset>
  );
}
