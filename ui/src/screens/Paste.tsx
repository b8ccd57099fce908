/** Text from some client's documentation, and the servers that were found in it, ready to be saved. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { outcomeText } from "../model/paste-entries.ts";
import { Banner } from "../parts/Banner.tsx";
import { Button } from "../parts/Button.tsx";
import { Field, LEAVE_ALONE } from "../parts/Field.tsx";
import { useKeys } from "../state/keys.ts";
import { mode, whyNoWrite } from "../state/access.ts";
import { clearPasted, loadSchema, pasteEntries, pasteFault, pastedText, saveChosen, schemaFault } from "../state/pasted.ts";
import { pending } from "../state/pending.ts";
import { go } from "../state/route.ts";
import { toast } from "../state/toasts.ts";
import { editor, paste } from "../texts-editing.ts";
import { PasteEntry } from "./paste/PasteEntry.tsx";

const EXAMPLE = `{
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "some-package"] }
  }
}`;

export function Paste() {
  return mode.value === "edit" ? <PasteText /> : <NoPaste />;
}

/** What was pasted before stays in the tab's memory. */
function NoPaste() {
  useKeys([{ keys: "Escape", what: editor.backToList, run: () => go({ screen: "list" }) }]);
  return (
    <div class="paste-screen">
      <PasteHead />
      {mode.value === "view" && <p>{pastedText.value === "" ? paste.none : paste.noneKept}</p>}
    </div>
  );
}

function PasteHead() {
  return (
    <header class="paste-head">
      <Button kind="quiet" icon="back" onPress={() => go({ screen: "list" })}>
        {editor.back}
      </Button>
      <h1 tabIndex={-1}>{paste.title}</h1>
    </header>
  );
}

function PasteText() {
  const field = useRef<HTMLTextAreaElement>(null);
  const [isSaving, setSaving] = useState(false);
  /** What the last press of the button came to. */
  const [said, setSaid] = useState("");
  const [entries, fault] = [pasteEntries.value, pasteFault.value];
  const chosen = entries.filter((entry) => entry.isChosen).length;

  useEffect(() => {
    void loadSchema();
    field.current?.focus();
  }, []);

  const save = async () => {
    const reason = whyNot(chosen);
    if (reason !== null || isSaving) {
      setSaid(reason ?? "");
      return;
    }
    setSaving(true);
    setSaid("");
    await pending(paste.saving(chosen), saveChosen());
    setSaving(false);
    setSaid(outcomeText(pasteEntries.value));
  };

  useKeys([
    { keys: "Mod+S", what: paste.saveChosen, run: () => void save(), whileTyping: true },
    { keys: "Escape", what: paste.backKeeping, run: () => go({ screen: "list" }), whileTyping: true },
  ]);

  return (
    <div class="paste-screen">
      <PasteHead />
      {schemaFault.value && (
        <Banner kind="alert" actions={<Button onPress={() => void loadSchema()}>{editor.tryAgain}</Button>}>
          {paste.noSchema}
        </Banner>
      )}
      <Field label={paste.label} error={fault} hint={<Hint />}>
        {(wiring) => (
          <textarea
            {...wiring}
            {...LEAVE_ALONE}
            ref={field}
            class="code"
            rows={8}
            dir="auto"
            placeholder={EXAMPLE}
            autocomplete="off"
            spellcheck={false}
            value={pastedText.value}
            onInput={(event) => {
              pastedText.value = event.currentTarget.value;
              setSaid("");
            }}
          />
        )}
      </Field>
      {entries.length > 0 && <Found />}
      <div class="paste-actions">
        {entries.length > 0 && (
          <Button kind="primary" isBusy={isSaving} onPress={() => void save()}>
            {paste.save(chosen)}
          </Button>
        )}
        {pastedText.value !== "" && (
          <Button kind="quiet" onPress={() => clear(field.current)}>
            {paste.clear}
          </Button>
        )}
        <p class="paste-said" role="status">
          {said || foundText(entries.length, fault)}
        </p>
      </div>
    </div>
  );
}

function Found() {
  const id = useId();
  return (
    <section class="paste-found">
      <h2 id={id}>{paste.found}</h2>
      <ol role="list" aria-labelledby={id}>
        {pasteEntries.value.map((entry, index) => (
          <PasteEntry key={entry.key} entry={entry} number={index + 1} />
        ))}
      </ol>
    </section>
  );
}

function Hint() {
  // Every second part is code.
  return <>{paste.hint.map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}</>;
}

function whyNot(chosen: number): string | null {
  if (whyNoWrite.value !== null) return whyNoWrite.value;
  return chosen === 0 ? paste.chooseOne : null;
}

function clear(field: HTMLTextAreaElement | null): void {
  const undo = clearPasted();
  field?.focus();
  toast({ text: paste.cleared, kind: "done", action: { label: editor.undo, run: undo } });
}

function foundText(count: number, fault: string | null): string {
  if (count === 0) return fault === null ? "" : paste.unreadable;
  return `${paste.foundCount(count)}${fault === null ? "" : paste.partlyUnreadable}`;
}
