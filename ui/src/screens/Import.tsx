/** Servers from another client's settings or from command lines: the text, what was found in it, what becomes of each. */
import { useEffect, useRef, useState } from "preact/hooks";
import { aboutOf, isIncomplete, stored, undecided } from "../model/import.ts";
import { Banner } from "../parts/Banner.tsx";
import { Button } from "../parts/Button.tsx";
import { useBar } from "../parts/bar.ts";
import { mode, whyNoWrite } from "../state/access.ts";
import { entries, found, importChosen, isImporting, isOvertaken, isReading, leaveOutcome, lost, outcome, readAgain, refusal, refusalText, setSource, skipsRefused, source, unfit } from "../state/importing.ts";
import { useKeys } from "../state/keys.ts";
import { go } from "../state/route.ts";
import { editor } from "../texts-editing.ts";
import { importing } from "../texts-import.ts";
import { labelOf } from "./editor/faults.ts";
import { FormatField } from "./import/FormatField.tsx";
import { Found } from "./import/Found.tsx";
import { SourceField } from "./import/SourceField.tsx";
import { exchange } from "./import/exchange.ts";
import { faultIn } from "./import/place.ts";

/** What has to be chosen or entered before anything can be imported. */
const OPEN = [
  '.import-entry [role="radiogroup"]:not(:has(:checked)) input',
  '.import-entry [aria-invalid="true"]',
  ".import-leave-out input:not(:checked)",
].join();

export function Import() {
  return mode.value === "edit" ? <ImportText /> : <NoImport />;
}

/** What was pasted before stays in the tab's memory. */
function NoImport() {
  useKeys([{ keys: "Escape", what: editor.backToList, run: () => go({ screen: "list" }) }]);
  return (
    <div class="import-screen">
      <ImportHead />
      {mode.value === "view" && <p>{source.value.text === "" ? importing.none : importing.noneKept}</p>}
    </div>
  );
}

function ImportHead() {
  return (
    <header class="import-head">
      <Button kind="quiet" icon="back" onPress={() => go({ screen: "list" })}>
        {editor.back}
      </Button>
      <h1 tabIndex={-1}>{importing.title}</h1>
    </header>
  );
}

function ImportText() {
  const field = useRef<HTMLTextAreaElement>(null);
  const foot = useRef<HTMLDivElement>(null);
  const done = useRef<HTMLParagraphElement>(null);
  /** Whether importing was tried, so that what is missing is said. */
  const [wasTried, setTried] = useState(false);
  useBar(foot, true);
  const number = stored(entries.value).length;

  useEffect(() => {
    field.current?.focus();
    // What was stored under the names may be another state by now.
    if (source.peek().text.trim() !== "" && outcome.peek() === null && !isImporting.peek()) void readAgain();
    return leaveOutcome;
  }, []);

  const submit = async () => {
    if (isImporting.peek() || outcome.peek() !== null) return;
    setTried(true);
    if (whyNot() !== null) {
      focusOpen();
      return;
    }
    const isDone = await importChosen();
    setTried(false);
    if (isDone) done.current?.focus();
    else focusOpen();
  };

  useKeys([
    { keys: "Mod+S", what: importing.importChosen, run: () => void submit(), whileTyping: true },
    { keys: "Escape", what: importing.backKeeping, run: () => go({ screen: "list" }), whileTyping: true },
  ]);

  const { value: result } = outcome;
  return (
    <div class="import-screen" aria-busy={isReading.value}>
      <ImportHead />
      <SourceField fieldRef={field} onChange={() => setTried(false)} onClear={() => clear(field.current)} />
      <FormatField />
      <form
        class="import-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {found.value !== null && <Found found={found.value} field={field} wasTried={wasTried} />}
        <div class="import-foot" ref={foot}>
          <Refusal />
          <div class="import-actions">
            {result === null ? (
              entries.value.length > 0 && (
                <Button kind="primary" isSubmit isBusy={isImporting.value} onPress={() => {}} describedBy="import-said">
                  {importing.submit(number)}
                </Button>
              )
            ) : (
              <>
                <Button kind="primary" onPress={() => go({ screen: "list" })}>
                  {importing.toList}
                </Button>
                <Button kind="quiet" onPress={() => setSource({})}>
                  {importing.again}
                </Button>
              </>
            )}
            <p class="import-said" id="import-said" role="status" tabIndex={-1} ref={done}>
              {(wasTried ? whyNot() : null) ?? stateText()}
            </p>
          </div>
        </div>
      </form>
    </div>
  );
}

/** Once what is missing is marked. */
function focusOpen(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(OPEN)?.focus());
}

/** Why nothing can be read or was stored, where that is not said at the text itself. */
function Refusal() {
  const { value: problem } = refusal;
  if (lost.value !== null) {
    return (
      <Banner
        kind={lost.value === "stored" ? "status" : "alert"}
        tone={lost.value === "stored" ? "calm" : "warning"}
        actions={lost.value === "away" && <Button onPress={() => void readAgain()}>{importing.tryAgain}</Button>}
      >
        {importing.lost[lost.value]}
      </Banner>
    );
  }
  if (problem === null || faultIn(problem) !== null) return null;
  const isChanged = isOvertaken(problem);
  const errors = problem.errors ?? [];
  return (
    <Banner
      kind="alert"
      tone={isChanged ? "warning" : "danger"}
      actions={!isChanged && found.value === null && <Button onPress={() => void readAgain()}>{importing.tryAgain}</Button>}
    >
      <p>{refusalText(problem)}</p>
      {errors.length > 0 && (
        <ul>
          {errors.map(({ pointer, message }) => (
            <li key={pointer + message}>{errorText(pointer, message)}</li>
          ))}
        </ul>
      )}
    </Banner>
  );
}

function errorText(pointer: string, message: string): string {
  const { name, at } = aboutOf(found.value, pointer);
  const about = [name, at === "" ? null : labelOf(at)].filter((part) => part !== null).join(", ");
  return about === "" ? message : `${about}: ${message}`;
}

/** Why what is chosen can't be imported as it is. */
function whyNot(): string | null {
  if (whyNoWrite.value !== null) return whyNoWrite.value;
  if (isReading.value) return importing.stillReading;
  const open = undecided(entries.value);
  const incomplete = stored(entries.value).filter(isIncomplete);
  const names = (all: typeof open) => all.map(({ server }) => server.name);
  if (open.length > 0) return importing.decideFirst(names(open));
  if (unfit.value > 0 && !skipsRefused.value) return importing.leaveOutFirst(unfit.value);
  if (incomplete.length > 0) return importing.completeFirst(names(incomplete));
  return stored(entries.value).length === 0 ? importing.nothingChosen : null;
}

function stateText(): string {
  if (outcome.value !== null) return importing.done(outcome.value.size);
  if (found.value === null) return "";
  return found.value.servers.length === 0 ? importing.nothing : importing.foundCount(found.value.servers.length);
}

function clear(field: HTMLTextAreaElement | null): void {
  exchange("", null, importing.cleared);
  field?.focus();
}
