/**
 * Where a secret is typed: shown as dots, kept from password managers, and readable while its owner asks for it.
 * It only knows what was typed; what is stored never comes here.
 */
import { useState } from "preact/hooks";
import { Field, LEAVE_ALONE } from "../../parts/Field.tsx";
import { AS_TYPED } from "./as-typed.ts";

type Props = {
  at: string;
  label: string;
  isLabelHidden?: boolean;
  value: string;
  error: string | null;
  onText: (text: string) => void;
  onPaste?: ((event: ClipboardEvent) => void) | undefined;
  onLeave: () => void;
};

export function SecretInput({ at, label, isLabelHidden = false, value, error, onText, onPaste, onLeave }: Props) {
  const [isReadable, setReadable] = useState(false);
  return (
    <Field label={label} isLabelHidden={isLabelHidden} error={error}>
      {(wiring) => (
        <span class="secret-input">
          <input
            {...wiring}
            {...LEAVE_ALONE}
            {...AS_TYPED}
            class={isReadable ? "code" : "code secret"}
            data-at={at}
            value={value}
            onInput={({ currentTarget }) => onText(currentTarget.value)}
            onPaste={(event) => onPaste?.(event)}
            onBlur={onLeave}
          />
          {value !== "" && (
            <button
              type="button"
              class="button quiet"
              aria-pressed={isReadable}
              aria-label={`Show what was typed: ${label}`}
              onClick={() => setReadable(!isReadable)}
            >
              {isReadable ? "Hide" : "Show"}
            </button>
          )}
        </span>
      )}
    </Field>
  );
}
