/**
 * Where a secret is typed: shown as dots, kept from password managers, and readable while its owner asks for it.
 * It only knows what was typed; what is stored never comes here.
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Field, LEAVE_ALONE } from "../../parts/Field.tsx";
import { secrets } from "../../texts-editing.ts";
import { AS_TYPED } from "./as-typed.ts";

type Props = {
  at: string;
  /** What `focusNamed` calls it. */
  name?: string;
  label: string;
  isLabelHidden?: boolean;
  hint?: ComponentChildren;
  value: string;
  error: string | null;
  onText: (text: string) => void;
  onPaste?: ((event: ClipboardEvent) => void) | undefined;
  onLeave?: () => void;
  /** The way back to what is stored. */
  keep?: { label: string; isOffered: boolean; onKeep: () => void };
};

export function SecretInput({ at, name, label, isLabelHidden = false, hint, value, error, onText, onPaste, onLeave, keep }: Props) {
  const [isReadable, setReadable] = useState(false);
  return (
    <Field label={label} isLabelHidden={isLabelHidden} hint={hint} error={error}>
      {(wiring) => (
        <span class="secret-input">
          <input
            {...wiring}
            {...LEAVE_ALONE}
            {...AS_TYPED}
            class={isReadable ? "code" : "code secret"}
            data-at={at}
            data-focus={name}
            value={value}
            onInput={({ currentTarget }) => onText(currentTarget.value)}
            onPaste={(event) => onPaste?.(event)}
            onKeyDown={(event) => {
              if (event.key !== "Escape" || keep === undefined) return;
              event.preventDefault();
              keep.onKeep();
            }}
            onBlur={onLeave}
          />
          {value !== "" && (
            <button
              type="button"
              class="button quiet"
              aria-pressed={isReadable}
              aria-label={secrets.showTyped(label)}
              onClick={() => setReadable(!isReadable)}
            >
              {isReadable ? secrets.hide : secrets.show}
            </button>
          )}
          {keep?.isOffered === true && (
            <button type="button" class="button quiet" aria-label={secrets.keepOf(keep.label)} onClick={keep.onKeep}>
              {secrets.keep}
            </button>
          )}
        </span>
      )}
    </Field>
  );
}
