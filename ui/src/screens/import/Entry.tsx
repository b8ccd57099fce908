/** One server of the text: what it is without its secrets, what there is under its name, what was chosen, and what became of it. */
import { Fragment } from "preact";
import { useId } from "preact/hooks";
import type { Found, Place } from "../../api/import.ts";
import { seenJson, seenText } from "../../model/characters.ts";
import { nameOf } from "../../model/formats.ts";
import { type Entry as EntryOfText, errorsIn } from "../../model/import.ts";
import { preview } from "../../model/preview.ts";
import { TRANSPORT_NAMES } from "../../model/summary.ts";
import { withoutMarks } from "../../model/suspects.ts";
import { Button } from "../../parts/Button.tsx";
import { Code } from "../../parts/Code.tsx";
import { TextField } from "../../parts/Field.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { Segments } from "../../parts/Segments.tsx";
import { editEntry, outcome } from "../../state/importing.ts";
import { addressOf } from "../../state/route.ts";
import { capital } from "../../texts-editing.ts";
import { importing } from "../../texts-import.ts";
import { labelOf } from "../editor/faults.ts";
import { DifferenceTable } from "./DifferenceTable.tsx";
import { Inputs } from "./Inputs.tsx";
import { PlaceLink } from "./PlaceLink.tsx";
import { openEntry } from "./open-entry.ts";

type Props = { entry: EntryOfText; number: number; notes: Found["notes"]; wasTried: boolean; onPlace: (place: Place) => void };

export function Entry({ entry, number, notes, wasTried, onPlace }: Props) {
  const id = useId();
  const { server, action, actions, isAskedAgain, name, nameError, answers } = entry;
  const { line, transport, rows, text } = preview(server.config, server.findings);
  const errors = errorsIn(server);
  const isOver = outcome.value !== null;
  const storedAs = outcome.value?.get(server.name) ?? null;
  const isKept = server.stored === "differs" && action !== "skip" && action !== "rename";
  return (
    <li class={`import-entry ${server.stored}`} aria-labelledby={id}>
      <div class="import-entry-head">
        <h3 id={id} dir="auto">
          {storedAs === null ? server.name : <a href={addressOf({ screen: "editor", name: storedAs })}>{storedAs}</a>}
        </h3>
        {storedAs === null ? (
          <span class="tag">{isOver ? importing.wasSkipped : importing.states[server.stored]}</span>
        ) : (
          <span class="import-done">
            <Icon name="check" />
            {importing.wasStored[action ?? "add"]}
          </span>
        )}
        <PlaceLink place={server.place} onPress={() => onPlace(server.place)} />
        {!isOver && (
          <Button label={importing.editOf(server.name)} onPress={() => void openEntry(entry)}>
            {importing.edit}
          </Button>
        )}
      </div>
      {server.original_name !== undefined && (
        <p class="field-hint">
          <bdi>{seenJson(JSON.stringify(server.original_name))}</bdi> {importing.originalName}
        </p>
      )}
      <p class="import-target">
        <span class="tag">{TRANSPORT_NAMES[transport]}</span> <Code mode="line" value={line} />
      </p>
      {!isOver && (
        <>
          <Segments
            label={importing.choice(server.name)}
            name={`choice ${number}`}
            value={action}
            options={actions.map((own) => [own, importing.actions[own]])}
            onChoose={(own) => editEntry(server.name, { action: own })}
          />
          {server.stored !== "new" && (
            <p class="field-note" role="status">
              {isAskedAgain && importing.askedAgain}
            </p>
          )}
          {action === "rename" && (
            <TextField label={importing.nameOf(server.name)} value={name} error={nameError} onText={(typed) => editEntry(server.name, { name: typed })} />
          )}
          {action !== "skip" && answers.length > 0 && <Inputs server={server.name} answers={answers} wasTried={wasTried} />}
          {isKept && <DifferenceTable server={server} action={action} />}
        </>
      )}
      {!isOver && errors.length > 0 && (
        <ul class="import-notes error" aria-label={importing.errorsOf(server.name)}>
          {errors.map(({ at, message }) => (
            <li key={at + message}>
              <Icon name="warning" />
              <span>
                <strong dir="auto">{labelOf(at)}</strong>: {message}
              </span>
            </li>
          ))}
        </ul>
      )}
      {server.findings.length + notes.length > 0 && storedAs === null && (
        <ul class="import-notes" aria-label={importing.toLookAt(server.name)}>
          {server.findings.map(({ pointer, proposal }) => (
            <li key={pointer}>
              <Icon name="warning" />
              <span>
                <strong dir="auto">{labelOf(pointer)}</strong> {importing.finding(withoutMarks(proposal))}
              </span>
            </li>
          ))}
          {notes.map(({ place, about }, index) => (
            <li key={index}>
              <PlaceLink place={place} onPress={() => onPlace(place)} />
              <span>{capital(about)}</span>
            </li>
          ))}
        </ul>
      )}
      <Members rows={[...rows, ...keptRows(entry)]} />
      <details>
        <summary>{importing.whole}</summary>
        <pre tabIndex={0} aria-label={importing.configurationOf(server.name)}>
          <code dir="ltr">{seenJson(text)}</code>
        </pre>
      </details>
    </li>
  );
}

function Members({ rows }: { rows: [string, string[]][] }) {
  if (rows.length === 0) return null;
  return (
    <dl class="import-members">
      {rows.map(([title, words]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>
            {words.map((word, index) => (
              <Fragment key={word}>
                {index > 0 && ", "}
                <bdi>{seenText(word)}</bdi>
              </Fragment>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function keptRows({ server: { client, kept, references } }: EntryOfText): [string, string[]][] {
  const rows: [string, string[]][] = [
    [importing.references, [...new Set(references.map(({ name }) => name))]],
    [importing.kept(nameOf(client)), kept],
  ];
  return rows.filter(([, words]) => words.length > 0);
}
