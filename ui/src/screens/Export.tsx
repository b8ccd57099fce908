/** Servers written for another client: the text to copy or to save, and what that client can't hold. Secrets are in it in clear only where that was asked for. */
import { useEffect, useState } from "preact/hooks";
import { type Exported, type Secrets, type WrittenFormat, exportServers } from "../api/import.ts";
import type { Result } from "../api/problem.ts";
import { may } from "../api/session.ts";
import { grouped, isFormat, isWritten, nameOf } from "../model/formats.ts";
import { Banner } from "../parts/Banner.tsx";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { Field } from "../parts/Field.tsx";
import { drafts, isDirty } from "../state/drafts.ts";
import type { Wanted } from "../state/exporting.ts";
import { pending } from "../state/pending.ts";
import { remember, remembered } from "../state/remembered.ts";
import { toast } from "../state/toasts.ts";
import { capital } from "../texts-editing.ts";
import { exporting, formats } from "../texts-import.ts";
import { labelOf } from "./editor/faults.ts";
import { whyNot } from "./editor/why-not.ts";
import { Options } from "./import/FormatField.tsx";

type Props = Wanted & { onClose: () => void };

const WAYS: readonly Secrets[] = ["references", "placeholders", "plaintext"];

export function Export({ names, isToCopy, onClose }: Props) {
  const [format, setFormat] = useState<WrittenFormat>(lastFormat);
  const [secrets, setSecrets] = useState<Secrets>("references");
  /** Whether the secrets were asked for: choosing alone reads none. */
  const [isAsked, setAsked] = useState(false);
  const [said, setSaid] = useState("");
  const isWaiting = secrets === "plaintext" && !isAsked;
  const isDrafted = [...drafts.value.values()].some((draft) => !draft.isNew && (names === null || names.includes(draft.name)) && isDirty(draft));
  const { written, again } = useWritten(isWaiting ? null : { format, secrets, names });
  const exported = written !== null && "ok" in written ? written.ok : null;

  const copy = async () => {
    if (exported === null) return;
    try {
      await navigator.clipboard.writeText(exported.text);
      toast({ text: exporting.copied(exported.file ?? null), kind: "done" });
      onClose();
    } catch {
      // Without TLS, or without the permission.
      setSaid(exporting.copyYourself);
    }
  };
  const save = () => {
    if (exported === null) return;
    saveAs(exported, fileOf(exported, format));
    toast({ text: exporting.saved(fileOf(exported, format)), kind: "done" });
    onClose();
  };
  const actions = [
    <Button key="copy" kind={isToCopy ? "primary" : "plain"} onPress={() => void copy()}>
      {exporting.copy}
    </Button>,
    <Button key="save" kind={isToCopy ? "plain" : "primary"} onPress={save}>
      {exporting.save}
    </Button>,
  ];
  return (
    <Dialog
      title={titleOf(names)}
      width="wide"
      onClose={onClose}
      actions={
        <>
          {exported !== null && (isToCopy ? actions : actions.toReversed())}
          <Button onPress={onClose}>{exporting.close}</Button>
        </>
      }
    >
      <div class="export-choices">
        <Field label={exporting.format}>
          {(wiring) => (
            <select
              {...wiring}
              value={format}
              onChange={({ currentTarget: { value } }) => {
                if (!isFormat(value) || !isWritten(value)) return;
                setFormat(value);
                remember("client", value);
                setSaid("");
              }}
            >
              {grouped(isWritten).map(([group, all]) => (
                <Options key={group} label={formats.groups[group]} all={all} />
              ))}
            </select>
          )}
        </Field>
        <fieldset class="export-secrets">
          <legend>{exporting.secrets}</legend>
          {WAYS.filter((way) => way !== "plaintext" || may("reveal") === true).map((way) => (
            <label key={way} class="check">
              <input
                type="radio"
                name="export-secrets"
                checked={way === secrets}
                onChange={() => {
                  setSecrets(way);
                  setAsked(false);
                  setSaid("");
                }}
              />
              <span>{exporting.ways[way]}</span>
            </label>
          ))}
        </fieldset>
      </div>
      {isDrafted && <p class="field-hint">{exporting.asStored}</p>}
      {secrets === "plaintext" && (
        <Banner kind="status" tone="warning" actions={!isAsked && <Button onPress={() => setAsked(true)}>{exporting.writeInClear}</Button>}>
          {exporting.warning}
        </Banner>
      )}
      {written !== null && !("ok" in written) && (
        <Banner kind="alert" actions={<Button onPress={again}>{exporting.tryAgain}</Button>}>
          {whyNot(written, "read")}
        </Banner>
      )}
      {exported !== null && <Written exported={exported} client={nameOf(format)} />}
      <p class="field-error" role="status">
        {said}
      </p>
    </Dialog>
  );
}

function Written({ exported: { file, text, losses }, client }: { exported: Exported; client: string }) {
  return (
    <>
      {file !== undefined && (
        <p>
          <code>{file}</code>
        </p>
      )}
      <pre class="export-text" tabIndex={0} aria-label={exporting.text(file ?? client)}>
        <code>{text}</code>
      </pre>
      {losses.length > 0 && (
        <section class="export-losses" aria-label={exporting.losses(client)}>
          <h3>{exporting.losses(client)}</h3>
          <ul class="import-notes">
            {losses.map(({ server, pointer, about }) => (
              <li key={`${server} ${pointer} ${about}`}>
                <span dir="auto">
                  <strong>{pointer === "" ? server : `${server}, ${labelOf(pointer)}`}</strong>: {capital(about)}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

type Asked = { format: WrittenFormat; secrets: Secrets; names: readonly string[] | null };

/** What the service has written; null while it writes, or where nothing was asked for. */
function useWritten(asked: Asked | null): { written: Result<Exported> | null; again: () => void } {
  const [written, setWritten] = useState<Result<Exported> | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    setWritten(null);
    if (asked === null) return undefined;
    const request = new AbortController();
    const { signal } = request;
    void pending(exporting.writing(nameOf(asked.format)), exportServers(asked.format, asked.secrets, asked.names, signal)).then((answer) => {
      if (!signal.aborted) setWritten(answer);
    });
    return () => request.abort();
  }, [asked?.format, asked?.secrets, attempt]);
  return { written, again: () => setAttempt(attempt + 1) };
}

/** The client that was chosen last. */
function lastFormat(): WrittenFormat {
  const word = remembered("client") ?? "";
  return isFormat(word) && isWritten(word) ? word : "plain";
}

function titleOf(names: readonly string[] | null): string {
  if (names === null) return exporting.titleAll;
  return names.length === 1 ? exporting.titleOne(names[0] ?? "") : exporting.titleSome(names.length);
}

/** What has no usual name is called after its format. */
function fileOf({ file }: Exported, format: WrittenFormat): string {
  return file ?? `${format}.txt`;
}

function saveAs({ media_type, text }: Exported, file: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: media_type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = file;
  link.click();
  // The browser reads it after the click.
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
