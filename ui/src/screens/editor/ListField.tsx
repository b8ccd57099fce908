/** A list of texts as rows: `args`, tags, scopes. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { batch } from "@preact/signals";
import { get, pointer } from "../../json/pointer.ts";
import { Code } from "../../parts/Code.tsx";
import { Field } from "../../parts/Field.tsx";
import { editor } from "../../texts-editing.ts";
import { LineInput, unseenIn } from "./LineInput.tsx";
import { OddField } from "./MemberField.tsx";
import { PastedNote } from "./PastedNote.tsx";
import { AddRow, GoneRow, NoButton, RemoveRow } from "./RowButtons.tsx";
import { leave, messageAt, setMember, useEditing, warningAt } from "./editing.ts";
import { type Row, arrayOf, followed, withRows } from "./entries.ts";
import { useFocusNext } from "./focus.ts";
import { remember } from "./memory.ts";

type Props = {
  at: string;
  legend: string;
  /** What one row is: "argument", "tag". */
  one: string;
  hint?: string;
  /** Takes a pasted text apart; true where it did. */
  onTake?: (text: string, index: number) => boolean;
  /** What is offered below the row of this index. */
  offer?: (index: number) => ComponentChildren;
};

export function ListField({ at, legend, one, hint, onTake, offer }: Props) {
  const id = useId();
  const { draft, memory, faults, suspects, advice } = useEditing();
  const focusNext = useFocusNext();
  const value = get(draft.config, at);
  if (value !== undefined && value !== null && !Array.isArray(value)) {
    return <OddField label={legend} at={at} error={messageAt(faults, at)} />;
  }
  const rows = followed(memory.rows.get(at), value);
  const whole = faults.find((fault) => fault.pointer === at)?.message ?? null;

  function write(next: Row[]) {
    batch(() => {
      remember(draft.key, { rows: new Map(memory.rows).set(at, next) });
      const values = arrayOf(next);
      setMember(draft.key, at, values.length === 0 ? undefined : values);
    });
  }

  function setGone(row: Row, isGone: boolean) {
    focusNext(isGone ? `${id}-undo-${row.id}` : `${id}-${row.id}`);
    write(rows.map((other) => (other === row ? { ...row, isGone } : other)));
  }

  return (
    <fieldset class="rows" data-at={at} tabIndex={-1}>
      <legend>{legend}</legend>
      {whole !== null && <p class="field-error">{whole}</p>}
      <ol>
        {rows.map((row, place) => {
          if (row.isGone === true) {
            const text = typeof row.value === "string" ? row.value : "";
            return (
              <li key={row.id} class="row cleared">
                <span class="row-gone">
                  <GoneRow name={`${id}-undo-${row.id}`} what={`${one} ${text}`} onUndo={() => setGone(row, false)} />
                  <Code mode="line" class="row-name" value={text} />
                </span>
                <NoButton />
              </li>
            );
          }
          // Its number among those that stay, as the configuration has them.
          const index = arrayOf(rows.slice(0, place)).length;
          const own = at + pointer(index);
          return (
            <li key={row.id} class="row">
              {typeof row.value === "string" ? (
                <div class="row-value">
                  <Field
                    label={editor.rowOf(one, index + 1)}
                    isLabelHidden
                    error={messageAt(faults, own)}
                    note={warningAt({ suspects, advice }, own)}
                    hint={unseenIn(row.value)}
                  >
                    {(wiring) => (
                      <LineInput
                        {...wiring}
                        data-focus={`${id}-${row.id}`}
                        class="code"
                        data-at={own}
                        value={row.value as string}
                        onText={(text) => write(rows.map((other) => (other === row ? { ...other, value: text } : other)))}
                        onPaste={(event) => {
                          if (onTake?.(event.clipboardData?.getData("text/plain") ?? "", place) === true) event.preventDefault();
                        }}
                        onBlur={() => leave(draft.key, own)}
                      />
                    )}
                  </Field>
                  {offer?.(index)}
                </div>
              ) : (
                <OddField label={editor.rowOf(one, index + 1)} at={own} error={messageAt(faults, own)} />
              )}
              <RemoveRow name={`${id}-remove-${index}`} one={one} number={index + 1} onPress={() => setGone(row, true)} />
            </li>
          );
        })}
      </ol>
      <AddRow
        name={`${id}-add`}
        one={one}
        hint={hint}
        onPress={() => {
          const next = withRows(rows, [["", ""]]);
          focusNext(`${id}-${next.at(-1)?.id ?? 0}`);
          write(next);
        }}
      />
      <PastedNote member={at} />
    </fieldset>
  );
}
