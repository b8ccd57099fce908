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
import "../style/paste.css";
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
  useKeys([{ keys: "Escape", what: "Back to the list", run: () => go({ screen: "list" }) }]);
  return (
    <div class="paste-screen">
      <PasteHead />
      {mode.value === "view" && <p>{pastedText.value === "" ? "No servers can be added here." : "No servers can be added here. The pasted text is kept."}</p>}
    </div>
  );
}

function PasteHead() {
  return (
    <header class="paste-head">
      <Button kind="quiet" icon="back" onPress={() => go({ screen: "list" })}>
        Back
      </Button>
      <h1 tabIndex={-1}>Paste servers</h1>
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
    await pending(`Saving ${counted(chosen)}`, saveChosen());
    setSaving(false);
    setSaid(outcomeText(pasteEntries.value));
  };

  useKeys([
    { keys: "Mod+S", what: "Save the chosen servers", run: () => void save(), whileTyping: true },
    { keys: "Escape", what: "Back to the list; the text stays", run: () => go({ screen: "list" }), whileTyping: true },
  ]);

  return (
    <div class="paste-screen">
      <PasteHead />
      {schemaFault.value && (
        <Banner kind="alert" actions={<Button onPress={() => void loadSchema()}>Try again</Button>}>
          The service did not tell how a server must look, so the text can't be read yet. It stays as it is.
        </Banner>
      )}
      <Field label="Text" error={fault} hint={<Hint />}>
        {(wiring) => (
          <textarea
            {...wiring}
            {...LEAVE_ALONE}
            ref={field}
            class="code"
            rows={8}
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
            {`Save ${counted(chosen)}`}
          </Button>
        )}
        {pastedText.value !== "" && (
          <Button kind="quiet" onPress={() => clear(field.current)}>
            Clear the text
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
      <h2 id={id}>Found servers</h2>
      <ol role="list" aria-labelledby={id}>
        {pasteEntries.value.map((entry, index) => (
          <PasteEntry key={entry.key} entry={entry} number={index + 1} />
        ))}
      </ol>
    </section>
  );
}

function Hint() {
  return (
    <>
      The settings of any client, with or without <code>mcpServers</code>; one server's JSON; or lines such as <code>npx …</code>,{" "}
      <code>claude mcp add …</code> or an address. Nothing is saved before you say so.
    </>
  );
}

function whyNot(chosen: number): string | null {
  if (whyNoWrite.value !== null) return whyNoWrite.value;
  return chosen === 0 ? "Choose at least one server." : null;
}

function clear(field: HTMLTextAreaElement | null): void {
  const undo = clearPasted();
  field?.focus();
  toast({ text: "The text was cleared", kind: "done", action: { label: "Undo", run: undo } });
}

function foundText(count: number, fault: string | null): string {
  if (count === 0) return fault === null ? "" : "No server can be read from this text.";
  return `${counted(count)} found.${fault === null ? "" : " Some of the text can't be read."}`;
}

function counted(number: number): string {
  return number === 1 ? "1 server" : `${number} servers`;
}
