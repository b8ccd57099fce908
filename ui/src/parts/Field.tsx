/** A label, a control, a hint and a finding, wired together for screen readers. */
import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";

export type Wiring = { id: string; "aria-describedby": string | undefined; "aria-invalid": "true" | undefined };

export type FieldProps = {
  label: string;
  hint?: ComponentChildren;
  /** What is wrong with what was typed. */
  error?: string | null;
  /** A warning that stops nothing. */
  note?: string | null;
  isLabelHidden?: boolean;
  /** Draws the control with what wires it. */
  children: (wiring: Wiring) => ComponentChildren;
};

export function Field({ label, hint, error, note, isLabelHidden, children }: FieldProps) {
  const id = useId();
  const described = [error && `${id}-error`, note && `${id}-note`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div class={error ? "field faulty" : "field"}>
      <label for={id} class={isLabelHidden ? "unseen" : undefined}>
        {label}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? "true" : undefined })}
      {error && <p class="field-error" id={`${id}-error`}>{error}</p>}
      {note && <p class="field-note" id={`${id}-note`}>{note}</p>}
      {hint && <p class="field-hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

export type TextFieldProps = Omit<FieldProps, "children"> & {
  value: string;
  onText: (text: string) => void;
  /** Hides what is typed, and asks password managers to leave it alone. */
  isSecret?: boolean;
  isCode?: boolean;
  /** Several lines. */
  rows?: number;
  input?: InputHTMLAttributes<HTMLInputElement>;
};

/** One line of text, or several. */
export function TextField({ value, onText, isSecret, isCode, rows, input, ...field }: TextFieldProps) {
  const look = [isSecret && "secret", isCode && "code"].filter(Boolean).join(" ");
  const shared = { class: look || undefined, dir: "auto", value, spellcheck: false, autocomplete: "off", autocapitalize: "off" } as const;
  return (
    <Field {...field}>
      {(wiring) =>
        rows === undefined ? (
          <input type="text" {...shared} {...(isSecret ? LEAVE_ALONE : {})} {...input} {...wiring} onInput={(event) => onText(event.currentTarget.value)} />
        ) : (
          <textarea rows={rows} {...shared} {...wiring} onInput={(event) => onText(event.currentTarget.value)} />
        )
      }
    </Field>
  );
}

/** What password managers and browsers read before they offer to keep a value. */
export const LEAVE_ALONE = { "data-1p-ignore": "", "data-lpignore": "true", "data-bwignore": "", "data-form-type": "other" } as const;

export type SelectFieldProps<Value extends string> = Omit<FieldProps, "children"> & {
  value: Value;
  options: readonly (readonly [Value, string])[];
  onChoose: (value: Value) => void;
};

/** One of a few. */
export function SelectField<Value extends string>({ value, options, onChoose, ...field }: SelectFieldProps<Value>) {
  return (
    <Field {...field}>
      {(wiring) => (
        <select {...wiring} value={value} onChange={(event) => onChoose(event.currentTarget.value as Value)}>
          {options.map(([own, text]) => (
            <option key={own} value={own}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
