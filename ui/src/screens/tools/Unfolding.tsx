/** One entry of a list that a server offers: its name with what marks it, and the rest once it is opened. What was in it is there again when it is opened again. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { type Named, firstLine } from "../../model/listed.ts";
import { Icon } from "../../parts/Icon.tsx";

type Props = {
  named: Named;
  /** Beside the name instead of the title or the description. */
  what?: string | null;
  marks: ComponentChildren;
  children: ComponentChildren;
};

export function Unfolding({ named: { name, title, description }, what = title, marks, children }: Props) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [wasOpened, setOpened] = useState(false);
  return (
    <li class="tool">
      <h2>
        <button
          type="button"
          class="tool-opener"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={() => {
            setOpen(!isOpen);
            setOpened(true);
          }}
        >
          <Icon name={isOpen ? "up" : "down"} />
          <code dir="auto">{name}</code>
          <span class="tool-what" dir="auto">
            {what ?? (isOpen ? "" : firstLine(description))}
          </span>
          <span class="tool-marks">{marks}</span>
        </button>
      </h2>
      {wasOpened && (
        <div class="tool-body" id={id} hidden={!isOpen}>
          {children}
        </div>
      )}
    </li>
  );
}

/** Something that somebody should look at. */
export function Mark({ text }: { text: string }) {
  return (
    <span class="attention">
      <Icon name="warning" />
      {text}
    </span>
  );
}

/** What the server says of an entry, and what is odd about it. */
export function Description({ text, findings }: { text: string | null; findings: readonly string[] }) {
  return (
    <>
      {text !== null && (
        <p class="tool-description" dir="auto">
          {text.trim()}
        </p>
      )}
      {findings.map((finding) => (
        <p class="field-note" key={finding}>
          {finding}
        </p>
      ))}
    </>
  );
}

/** What is said of an argument. Many titles are the name again, in other letters. */
export function Said({ name, title, description }: Named) {
  const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const own = title === null || bare(title) === bare(name) ? null : title;
  if (own === null && description === null) return null;
  return (
    <p class="tool-description" dir="auto">
      {[own, description].filter((text) => text !== null).join(": ")}
    </p>
  );
}

/** An entry as it came. */
export function Whole({ title, label, text }: { title: string; label: string; text: string }) {
  return (
    <details>
      <summary>{title}</summary>
      <pre class="output" tabIndex={0} aria-label={label} dir="auto">
        {text}
      </pre>
    </details>
  );
}
