/** The text to import from: pasted, typed, or the text of a file that is chosen or dropped. */
import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { Button } from "../../parts/Button.tsx";
import { Field, LEAVE_ALONE } from "../../parts/Field.tsx";
import { isImporting, refusal, replaceSource, setSource, source } from "../../state/importing.ts";
import { toast } from "../../state/toasts.ts";
import { capital } from "../../texts-editing.ts";
import { importing } from "../../texts-import.ts";
import { exchange } from "./exchange.ts";
import { faultIn, goTo } from "./place.ts";
import { LARGEST, textOf } from "./read-file.ts";

const EXAMPLE = `{
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "some-package"] }
  }
}`;

type Props = { fieldRef: RefObject<HTMLTextAreaElement | null>; onChange: () => void; onClear: () => void };

export function SourceField({ fieldRef, onChange, onClear }: Props) {
  const chooser = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const { text } = source.value;
  const fault = refusal.value === null ? null : faultIn(refusal.value);

  const take = async (files: FileList | null) => {
    const [file, ...more] = files ?? [];
    if (file === undefined) return;
    const read = more.length > 0 ? null : await textOf(file);
    if (read === null) {
      const single = file.size > LARGEST ? importing.tooLarge(file.name) : importing.noText(file.name);
      toast({ text: more.length > 0 ? importing.oneFile : single, kind: "failed" });
      return;
    }
    if (isImporting.peek()) return;
    onChange();
    exchange(read, file.name, importing.exchanged(file.name));
    fieldRef.current?.focus();
  };

  return (
    <div
      class="import-source"
      onDragOver={(event) => {
        if (event.dataTransfer?.types.includes("Files") !== true) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOver(false);
      }}
      onDrop={(event) => {
        setOver(false);
        if (event.dataTransfer?.types.includes("Files") !== true) return;
        event.preventDefault();
        void take(event.dataTransfer.files);
      }}
    >
      <Field label={importing.label} error={fault === null ? null : faultText(fault)} hint={<Hint />}>
        {(wiring) => (
          <textarea
            {...wiring}
            {...LEAVE_ALONE}
            ref={fieldRef}
            class="code"
            rows={10}
            dir="ltr"
            readOnly={isImporting.value}
            placeholder={EXAMPLE}
            autocomplete="off"
            spellcheck={false}
            value={text}
            onPaste={({ currentTarget: { selectionStart, selectionEnd, value } }) => {
              // What comes in the place of all is another text: what was known of the old one says nothing of it.
              if (selectionStart === 0 && selectionEnd === value.length) replaceSource(value);
            }}
            onInput={({ currentTarget: { value } }) => {
              onChange();
              if (value === "") replaceSource(value);
              else setSource({ text: value });
            }}
          />
        )}
      </Field>
      {isOver && <p class="import-drop">{importing.dropHere}</p>}
      <div class="import-actions">
        <Button icon="file" isBusy={isImporting.value} onPress={() => chooser.current?.click()}>
          {importing.chooseFile}
        </Button>
        <input
          ref={chooser}
          type="file"
          hidden
          onChange={({ currentTarget }) => {
            void take(currentTarget.files);
            // The same file can be chosen again.
            currentTarget.value = "";
          }}
        />
        {fault?.place && (
          <Button onPress={() => fault.place !== null && goTo(fieldRef.current, fault.place)}>{importing.goThere}</Button>
        )}
        {text !== "" && (
          <Button kind="quiet" isBusy={isImporting.value} onPress={onClear}>
            {importing.clear}
          </Button>
        )}
      </div>
    </div>
  );
}

function faultText({ message, place }: NonNullable<ReturnType<typeof faultIn>>): string {
  return place === null ? capital(message) : `${importing.position(place.line, place.column)}: ${message}`;
}

function Hint() {
  // Every second part is code.
  return <>{importing.hint.map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}</>;
}
