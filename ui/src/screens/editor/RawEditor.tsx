/** The draft as JSON. A text that does not parse stays as it was typed, and its fault is named with its place. */
import { useId, useRef } from "preact/hooks";
import { MASK } from "../../model/secret-tables.generated.ts";
import { warningOf } from "../../model/suspects.ts";
import { Button } from "../../parts/Button.tsx";
import { updateDraft } from "../../state/drafts.ts";
import { editor } from "../../texts-editing.ts";
import { useEditing } from "./editing.ts";
import { labelOf } from "./faults.ts";
import { rawText, readRaw } from "./raw.ts";

export function RawEditor() {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const { draft, faults, suspects, advice } = useEditing();
  const text = draft.rawText ?? rawText(draft.config);
  const raw = readRaw(text);
  const fault = "fault" in raw ? raw.fault : null;

  function type(typed: string) {
    const read = readRaw(typed);
    updateDraft(draft.key, "config" in read ? { rawText: typed, config: read.config } : { rawText: typed });
  }

  return (
    <div class={fault === null ? "field raw" : "field raw faulty"}>
      <label for={id}>{editor.jsonLabel}</label>
      <p class="field-hint" id={`${id}-hint`}>
        {editor.jsonHint[0]}
        <code>{MASK}</code>
        {editor.jsonHint[1]}
      </p>
      <textarea
        ref={area}
        id={id}
        class="code"
        rows={Math.min(Math.max(text.split("\n").length + 1, 14), 40)}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        data-raw
        aria-invalid={fault !== null || faults.length > 0}
        aria-describedby={`${id}-hint ${id}-faults`}
        value={text}
        onInput={({ currentTarget }) => type(currentTarget.value)}
      />
      <div id={`${id}-faults`}>
        {fault !== null && (
          <p class="field-error">
            {fault.message}{" "}
            <Button
              kind="quiet"
              onPress={() => {
                area.current?.focus();
                area.current?.setSelectionRange(fault.at, fault.at);
              }}
            >
              {editor.goThere}
            </Button>
          </p>
        )}
        {faults.map(({ pointer, message }) => (
          <p class="field-error" key={`${pointer} ${message}`}>
            {labelOf(pointer)}: {message}
          </p>
        ))}
        {suspects.map((suspect) => (
          <p class="field-note" key={suspect.pointer}>
            {labelOf(suspect.pointer)}: {warningOf(suspect)}
          </p>
        ))}
        {advice.map(({ pointer, proposal }) => (
          <p class="field-note" key={`${pointer} advice`}>
            {labelOf(pointer)}: {proposal}
          </p>
        ))}
      </div>
    </div>
  );
}
