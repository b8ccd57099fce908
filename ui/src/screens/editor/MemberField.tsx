/** A member that is a text or a number, in one line. What is neither is left to the JSON tab. */
import { get } from "../../json/pointer.ts";
import { type Json, JsonNumber } from "../../json/value.ts";
import { Field } from "../../parts/Field.tsx";
import { editor } from "../../texts-editing.ts";
import { LineInput, unseenIn } from "./LineInput.tsx";
import { leave, messageAt, setMember, useEditing, warningAt } from "./editing.ts";

type Props = {
  at: string;
  label: string;
  hint?: string;
  isNumber?: boolean;
  isCode?: boolean;
  /** Takes a pasted text apart; true where it did. */
  onTake?: (text: string) => boolean;
};

export function MemberField({ at, label, hint, isNumber = false, isCode = false, onTake }: Props) {
  const { draft, faults, suspects, advice } = useEditing();
  const text = textOf(get(draft.config, at));
  const error = messageAt(faults, at);
  if (text === null) return <OddField label={label} at={at} error={error} />;
  return (
    <Field label={label} hint={(isCode && unseenIn(text)) || hint} error={error} note={warningAt({ suspects, advice }, at)}>
      {(wiring) => (
        <LineInput
          {...wiring}
          class={isCode ? "code" : undefined}
          inputMode={isNumber ? "decimal" : "text"}
          data-at={at}
          value={text}
          onText={(typed) => setMember(draft.key, at, meant(at, typed, isNumber))}
          onPaste={(event) => {
            if (onTake?.(event.clipboardData?.getData("text/plain") ?? "") === true) event.preventDefault();
          }}
          onBlur={() => leave(draft.key, at)}
        />
      )}
    </Field>
  );
}

/** A value that no field of the form can show. */
export function OddField({ label, at, error }: { label: string; at: string; error: string | null }) {
  return (
    <div class={error === null ? "field" : "field faulty"} data-at={at} tabIndex={-1}>
      <span class="field-label">{label}</span>
      <p class="field-hint">{editor.noField}</p>
      {error !== null && <p class="field-error">{error}</p>}
    </div>
  );
}

function textOf(value: Json | undefined): string | null {
  if (value === undefined || value === null) return "";
  if (value instanceof JsonNumber) return value.text;
  return typeof value === "string" ? value : null;
}

/**
 * What a typed text means. A number that is not finished is kept as the text that it is, and an empty command or
 * URL too, because their being there says which kind of server it is.
 */
function meant(at: string, text: string, isNumber: boolean): Json | undefined {
  if (text === "") return at === "/command" || at === "/url" ? "" : undefined;
  return isNumber && /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? new JsonNumber(text) : text;
}
