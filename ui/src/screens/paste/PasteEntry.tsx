/** One server of a pasted text: its name, what it is without its secrets, what is to be said about it, what became of it. */
import { useId } from "preact/hooks";
import type { Finding } from "../../model/check.ts";
import type { Entry } from "../../model/paste-entries.ts";
import { preview } from "../../model/preview.ts";
import { TRANSPORT_NAMES } from "../../model/summary.ts";
import { Button } from "../../parts/Button.tsx";
import { TextField } from "../../parts/Field.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { newDraft } from "../../state/drafts.ts";
import { editEntry } from "../../state/pasted.ts";
import { addressOf, go } from "../../state/route.ts";
import { paste } from "../../texts-editing.ts";
import { labelOf } from "../editor/faults.ts";

export function PasteEntry({ entry, number }: { entry: Entry; number: number }) {
  const { key, name, config, outcome, nameError, nameNote } = entry;
  const { line, transport, rows, text } = preview(config);
  const isSaved = outcome?.kind === "saved";
  // What the service says of a configuration takes the place of what the page says.
  const isJudged = outcome?.kind === "refused" && outcome.findings.length > 0;
  return (
    <li class={outcome === null ? "paste-entry" : `paste-entry ${outcome.kind}`}>
      <div class="paste-entry-head">
        {isSaved ? <Saved name={name} /> : <Chooser entry={entry} />}
        {outcome?.kind === "refused" && <span class="paste-outcome refused">{paste.refused}</span>}
        {!isSaved && (
          <Button label={paste.editOf(name)} onPress={() => openAsDraft(entry)}>
            {paste.edit}
          </Button>
        )}
      </div>
      {!isSaved && (
        <TextField
          label={paste.nameOf(number)}
          isLabelHidden
          value={name}
          error={nameError}
          note={nameNote}
          onText={(text) => editEntry(key, { name: text })}
        />
      )}
      <p class="paste-target">
        <span class="tag">{TRANSPORT_NAMES[transport]}</span> <code>{line}</code>
      </p>
      {outcome?.kind === "refused" && outcome.message !== nameError && (
        <Findings kind="error" findings={[{ pointer: "", message: outcome.message }, ...outcome.findings]} />
      )}
      <Findings kind="error" findings={isSaved || isJudged ? [] : entry.findings} />
      <Findings kind="note" findings={isSaved ? [] : entry.notes} />
      {rows.length > 0 && (
        <dl class="paste-members">
          {rows.map(([title, words]) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{words.join(", ")}</dd>
            </div>
          ))}
        </dl>
      )}
      <details>
        <summary>{isSaved ? paste.wasStored : paste.willBeStored}</summary>
        <pre tabIndex={0} aria-label={paste.configurationOf(name)}>
          <code>{text}</code>
        </pre>
      </details>
    </li>
  );
}

function Saved({ name }: { name: string }) {
  return (
    <>
      <a href={addressOf({ screen: "editor", name })}>{name}</a>
      <span class="paste-outcome saved">
        <Icon name="check" />
        {paste.saved}
      </span>
    </>
  );
}

function Chooser({ entry }: { entry: Entry }) {
  const id = useId();
  return (
    <span class="paste-choice">
      <input id={id} type="checkbox" checked={entry.isChosen} onChange={(event) => editEntry(entry.key, { isChosen: event.currentTarget.checked })} />
      <label for={id} dir="auto">{paste.add(entry.name)}</label>
    </span>
  );
}

function Findings({ kind, findings }: { kind: "error" | "note"; findings: Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul class={`paste-findings ${kind}`} aria-label={kind === "error" ? paste.errors : paste.toLookAt}>
      {findings.map(({ pointer, message }) => (
        <li key={pointer + message}>
          <Icon name="warning" />
          <span>
            {pointer !== "" && <strong>{labelOf(pointer)}: </strong>}
            {message}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What is edited there is saved there, so that it is not saved here too. */
function openAsDraft({ key, name, config }: Entry): void {
  editEntry(key, { isChosen: false });
  go({ screen: "new", key: newDraft({ name, config }).key });
}
