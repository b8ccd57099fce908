/** A field for what is searched for: Escape clears it, Enter and the arrow lead to what was found. */
import type { Ref } from "preact";
import { Field } from "./Field.tsx";

type Props = {
  label: string;
  words: string;
  inputRef: Ref<HTMLInputElement>;
  onWords: (words: string) => void;
  /** The reader goes from the field to what was found. */
  onEnter: () => void;
  onLeave?: () => void;
};

export function SearchField({ label, words, inputRef, onWords, onEnter, onLeave }: Props) {
  return (
    <Field label={label} isLabelHidden>
      {(wiring) => (
        <input
          type="search"
          placeholder={label}
          autocomplete="off"
          spellcheck={false}
          dir="auto"
          ref={inputRef}
          value={words}
          {...wiring}
          onInput={(event) => onWords(event.currentTarget.value)}
          onBlur={onLeave}
          onKeyDown={(event) => {
            if (event.isComposing) return;
            if (event.key === "Escape" && event.currentTarget.value !== "") onWords("");
            else if (event.key === "Enter" || event.key === "ArrowDown") onEnter();
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
      )}
    </Field>
  );
}
