/**
 * One secret of a draft. Where one is stored it can be kept, replaced or cleared, and is never shown; where none
 * is, it is typed.
 */
import { batch } from "@preact/signals";
import { useId } from "preact/hooks";
import { get } from "../../json/pointer.ts";
import type { Json } from "../../json/value.ts";
import { Reveal } from "./Reveal.tsx";
import { SecretInput } from "./SecretInput.tsx";
import { isWrongKey } from "../../state/trouble.ts";
import { leave, messageAt, setMember, useEditing } from "./editing.ts";
import { focusNamed } from "./focus.ts";
import { remember } from "./memory.ts";
import { type Choice, chosen, secretAt } from "./secret-choice.ts";

type Props = {
  at: string;
  /** What the secret is called. */
  label: string;
  /** What the field is called that a new one is typed into. */
  inputLabel?: string;
  isInRow?: boolean;
  onPaste?: (event: ClipboardEvent) => void;
  /** Instead of setting the member: rows know its place better. */
  onSet?: (value: Json | undefined) => void;
};

const CHOICES: [Choice, string][] = [
  ["keep", "Keep"],
  ["replace", "Replace"],
  ["clear", "Clear"],
];

export function SecretField({ at, label, inputLabel = label, isInRow = false, onPaste, onSet }: Props) {
  const id = useId();
  const { draft, stored, memory, faults, unbound } = useEditing();
  const secret = secretAt(stored, draft.config, at, unbound?.pointers ?? []);
  const value = get(draft.config, at);
  const error = messageAt(faults, at);
  const put = onSet ?? ((next: Json | undefined) => setMember(draft.key, at, next));

  function choose(choice: Choice) {
    const replacing = new Set(memory.replacing);
    if (choice === "replace") replacing.add(at);
    else replacing.delete(at);
    batch(() => {
      remember(draft.key, { replacing });
      put(chosen(stored, at, choice));
    });
    // A row that is cleared moves, and the focus moves with it.
    requestAnimationFrame(() => focusNamed(`${at} ${choice}`));
  }

  const isTyped = secret.choice === "replace";
  const input = (
    <SecretInput
      at={at}
      label={inputLabel}
      isLabelHidden={isInRow || secret.isStored}
      value={isTyped && typeof value === "string" ? value : ""}
      error={error}
      onText={(text) => put(text === "" && !secret.isStored && !isInRow ? undefined : text)}
      onPaste={onPaste}
      onLeave={() => leave(draft.key, at)}
    />
  );
  if (!secret.isStored) return input;

  const whyNoKeep = secret.mayKeep || secret.choice === null ? null : `Keep is off: ${unbound?.why ?? ""}.`;
  return (
    <div class="field secret-field" data-at={isTyped ? undefined : at} tabIndex={-1}>
      <span class={isInRow ? "unseen" : "field-label"}>{label}</span>
      <div class="secret-line">
        <span class={secret.needsReentry ? "secret-state lost" : "secret-state"}>
          {!secret.needsReentry ? "Set" : isWrongKey.value ? "Can't be read with the key of this service" : "Can't be decrypted: enter it again"}
        </span>
        <span role="radiogroup" class="segments" aria-label={`${label}: stored secret`} aria-describedby={`${id}-why ${id}-error`}>
          {CHOICES.map(([choice, word]) => (
            <label key={choice} class="segment">
              <input
                type="radio"
                data-focus={`${at} ${choice}`}
                name={`${id}-choice`}
                checked={secret.choice === choice}
                disabled={choice === "keep" && !secret.mayKeep}
                onChange={() => choose(choice)}
              />
              <span>{word}</span>
            </label>
          ))}
        </span>
        {!secret.needsReentry && <Reveal server={draft.name} at={at} label={label} tag={draft.base?.etag} />}
      </div>
      {isTyped && input}
      <p class="field-hint" id={`${id}-why`}>{whyNoKeep}</p>
      <p class="field-error" id={`${id}-error`}>{isTyped ? null : error}</p>
    </div>
  );
}
