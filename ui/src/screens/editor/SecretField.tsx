/**
 * One secret of a draft. Where one is stored it is dots, with a way to type another, and is never shown unasked; where none
 * is, it is typed. In a row it gives two cells: the value, and what can be done with it.
 */
import { batch } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { get } from "../../json/pointer.ts";
import type { Json } from "../../json/value.ts";
import { Icon } from "../../parts/Icon.tsx";
import { Menu } from "../../parts/Menu.tsx";
import { isWrongKey } from "../../state/trouble.ts";
import { secrets } from "../../texts-editing.ts";
import { Dots } from "./Dots.tsx";
import { Revealed } from "./Revealed.tsx";
import { GoneRow } from "./RowButtons.tsx";
import { SecretInput } from "./SecretInput.tsx";
import { leave, messageAt, setMember, useEditing } from "./editing.ts";
import { useFocusNext } from "./focus.ts";
import { remember } from "./memory.ts";
import { useRevealing } from "./revealing.ts";
import { type Choice, chosen, couldBeKept, secretAt } from "./secret-choice.ts";

type Props = {
  at: string;
  /** What the secret is called. */
  label: string;
  /** What the field is called that a new one is typed into. */
  inputLabel?: string;
  /** For one of several rows, which know its place better. */
  row?: {
    onSet: (value: Json) => void;
    onRemove: () => void;
    onPaste: (event: ClipboardEvent) => void;
    /** What is in the place of the buttons where nothing is stored. */
    remove: ComponentChildren;
  };
};

export function SecretField({ at, label, inputLabel = label, row }: Props) {
  const id = useId();
  const { draft, stored, memory, faults, unbound } = useEditing();
  const focusNext = useFocusNext();
  const revealing = useRevealing({ server: draft.name, at, label, tag: draft.base?.etag, opener: `${at} more` });
  const secret = secretAt(stored, draft.config, at, unbound?.pointers ?? []);
  const value = get(draft.config, at);
  const error = messageAt(faults, at);

  function put(next: Json | undefined) {
    if (row === undefined) setMember(draft.key, at, next);
    else if (next !== undefined) row.onSet(next);
  }

  function choose(choice: Choice) {
    const replacing = new Set(memory.replacing);
    if (choice === "replace") replacing.add(at);
    else replacing.delete(at);
    focusNext(`${at} ${choice === "replace" ? "input" : choice === "keep" ? "edit" : "undo"}`);
    batch(() => {
      remember(draft.key, { replacing });
      put(chosen(stored, at, choice));
    });
  }

  function remove() {
    if (row === undefined) choose("clear");
    else row.onRemove();
  }

  const isTyped = secret.choice === "replace";
  const input = (
    <SecretInput
      at={at}
      name={`${at} input`}
      label={inputLabel}
      isLabelHidden={row !== undefined || secret.isStored}
      value={isTyped && typeof value === "string" ? value : ""}
      error={error}
      onText={(text) => put(text === "" && !secret.isStored && row === undefined ? undefined : text)}
      onPaste={row?.onPaste}
      onLeave={() => {
        // What is not typed yet is said when it is to be saved: a fault that came by a second click would move what is below.
        if (!secret.isStored || value !== "") leave(draft.key, at);
      }}
      {...(secret.isStored ? { keep: { label, isOffered: couldBeKept(stored, draft.config, at), onKeep: () => choose("keep") } } : {})}
    />
  );
  if (!secret.isStored) {
    return row === undefined ? (
      input
    ) : (
      <>
        <div class="row-value">{input}</div>
        {row.remove}
      </>
    );
  }

  const canReveal = revealing.isAllowed && !secret.needsReentry && !isTyped && revealing.text === null;
  const cells = (
    <>
      <div class="row-value secret-field" role="group" aria-label={secrets.group(label)} aria-describedby={`${id}-error`}>
        {secret.choice === "clear" ? (
          <GoneRow name={`${at} undo`} what={label} onUndo={() => choose("keep")} />
        ) : isTyped ? (
          input
        ) : revealing.text !== null ? (
          <Revealed label={label} text={revealing.text} onHide={revealing.hide} />
        ) : (
          <Stored needsReentry={secret.needsReentry} mayKeep={secret.mayKeep} />
        )}
        {!isTyped && <p class="field-error" id={`${id}-error`}>{error}</p>}
        <p role="status" class="field-hint">{revealing.said}</p>
      </div>
      <span class="row-buttons">
        {secret.choice !== "clear" && (
          <>
            <button
              type="button"
              class={isTyped ? "button quiet unpressable" : "button quiet"}
              aria-label={secrets.editOf(label)}
              data-focus={`${at} edit`}
              data-at={isTyped ? undefined : at}
              onClick={() => choose("replace")}
            >
              {secrets.edit}
            </button>
            <Menu
              label={secrets.more(label)}
              name={`${at} more`}
              items={[
                ...(canReveal
                  ? [
                      { label: secrets.reveal, run: revealing.show },
                      { label: secrets.copy, run: revealing.copy },
                    ]
                  : []),
                { label: secrets.remove, run: remove, kind: "danger" as const },
              ]}
            />
          </>
        )}
      </span>
    </>
  );
  if (row !== undefined) return cells;
  return (
    <div class="field">
      <span class="field-label">{label}</span>
      <div class="secret-line">{cells}</div>
    </div>
  );
}

/** Dots; where what is stored can't be used or kept, that. */
function Stored({ needsReentry, mayKeep }: { needsReentry: boolean; mayKeep: boolean }) {
  if (needsReentry || !mayKeep) {
    return (
      <span class="secret-stored unusable">
        <Icon name="warning" />
        {!needsReentry ? secrets.mustBeTyped : isWrongKey.value ? secrets.wrongKey : secrets.lost}
      </span>
    );
  }
  return (
    <span class="secret-stored">
      <Dots />
    </span>
  );
}
