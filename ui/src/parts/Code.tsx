/** A value as code, exactly: what is not seen of it has a mark, and nothing in it moves what is beside it. */
import type { ComponentChildren } from "preact";
import { type Part, partsOf } from "../model/characters.ts";
import { signs } from "../texts.ts";

/** Longer runs of blanks are counted instead: nobody counts them, and they would push the rest out of sight. */
const LONGEST_RUN = 16;

/**
 * `exact`: what is about to be executed: every blank has a mark, and letters of both directions are in the order of the text. `text`: only
 * those blanks that may be overlooked. `line`: the same in a summary, where nothing breaks the line.
 */
type Mode = "exact" | "text" | "line";

type Props = { value: string; mode?: Mode; class?: string; title?: string };

export function Code({ value, mode = "text", class: own = "", title }: Props) {
  const parts = partsOf(value);
  return (
    <code dir="ltr" class={`value ${mode} ${own}`.trimEnd()} title={title}>
      {parts.map((part, index) => drawn(part, mode, index === 0 || index === parts.length - 1))}
    </code>
  );
}

function drawn(part: Part, mode: Mode, isAtEdge: boolean): ComponentChildren {
  const { kind, text } = part;
  switch (kind) {
    case "text":
      return text;
    case "other":
      return mode === "exact" ? <span class="not-ascii" title={signs.notAscii(text)}>{text}</span> : text;
    case "blank": {
      if (text.length === 1 && !isAtEdge) return mode === "exact" ? <Blanks text={text} /> : text;
      const isLong = text.length > LONGEST_RUN;
      return (
        <span role="img" aria-label={signs.blanks(text.length)} class={isLong ? "sign" : undefined}>
          {isLong ? `·×${text.length}` : <Blanks text={text} />}
        </span>
      );
    }
    case "sign": {
      // A line break and a tab can be copied as they are; what is dangerous unseen is not copied unseen.
      const isKept = mode !== "line" && (text === "\n" || text === "\t");
      return (
        <span class="sign" role="img" aria-label={signs.of(text)} data-sign={isKept ? part.sign : undefined}>
          {isKept ? text : part.sign}
        </span>
      );
    }
  }
}

function Blanks({ text }: { text: string }) {
  return (
    <>
      {text.split("").map((blank, index) => (
        <span key={index} class="blank">
          {blank}
        </span>
      ))}
    </>
  );
}
