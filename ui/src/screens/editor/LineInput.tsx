/** Where a text is typed that has one line, as a rule: one with line breaks keeps them. What is not seen of it is shown below the field. */
import type { HTMLAttributes } from "preact";
import { hasSigns } from "../../model/characters.ts";
import { Code } from "../../parts/Code.tsx";
import type { Wiring } from "../../parts/Field.tsx";
import { AS_TYPED } from "./as-typed.ts";

type Props = Wiring &
  Pick<HTMLAttributes<HTMLElement>, "class" | "inputMode" | "onPaste" | "onBlur"> & {
    value: string;
    onText: (text: string) => void;
    "data-at"?: string;
    "data-focus"?: string;
  };

/** No field of one line holds a line break: it would be gone with the next key. */
export function LineInput({ value, onText, ...rest }: Props) {
  const { type, ...typed } = AS_TYPED;
  const onInput = ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => onText(currentTarget.value);
  if (value.includes("\n")) return <textarea {...rest} {...typed} rows={Math.min(value.split("\n").length, 8)} value={value} onInput={onInput} />;
  return <input {...rest} {...typed} type={type} value={value} onInput={onInput} />;
}

/** The same text with marks, where it has something that is not seen. */
export function unseenIn(value: unknown) {
  return typeof value === "string" && hasSigns(value) ? <Code mode="exact" value={value} /> : null;
}
