/** One draft on its screen: what it is called, what others did to it, its two editors, and what can be done with it. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { batch } from "@preact/signals";
import { Banner } from "../../parts/Banner.tsx";
import { type Draft, drafts, dropDraft, updateDraft } from "../../state/drafts.ts";
import { useKeys } from "../../state/keys.ts";
import { mayTest } from "../../state/access.ts";
import { changedSince, connection, isListed, servers } from "../../state/live.ts";
import { go } from "../../state/route.ts";
import { editor } from "../../texts-editing.ts";
import { testing } from "../../texts-testing.ts";
import { Views, useArrival } from "../running/Views.tsx";
import { ConflictBanner } from "./ConflictBanner.tsx";
import { Dialogs } from "./Dialogs.tsx";
import { Foot } from "./Foot.tsx";
import { Head } from "./Head.tsx";
import { NameField } from "./NameField.tsx";
import { Summary } from "./Summary.tsx";
import { Tabs } from "./Tabs.tsx";
import { TestPanel } from "./TestPanel.tsx";
import { type Notice, notice } from "./banner-text.ts";
import { EditingProvider } from "./editing.ts";
import { clearedWords } from "./faults.ts";
import { discard, follow, saveAndTest, saveAsNew, tryDiscard, tryMerge, trySave, tryTest, view } from "./flows.ts";
import { focusField } from "./focus.ts";
import "./loose.ts";
import { RAW_TEXT, judge, useSchema } from "./judging.ts";
import { memoryOf, remember } from "./memory.ts";
import { hasChanges, rawFault } from "./raw.ts";
import { cancelTrial } from "./testing.ts";
import type { Trial } from "./trial.ts";

export function DraftEditor({ draft }: { draft: Draft }) {
  const { key } = draft;
  const schema = useSchema();
  const memory = memoryOf(key);
  const judged = judge(draft, memory, schema);
  const heading = useRef<HTMLHeadingElement>(null);
  const summary = useRef<HTMLDivElement>(null);
  const said = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLElement>(null);
  const elsewhere = noticeOf(draft);
  // That the service can't be reached is no news once it can be.
  const { state, since } = connection.value;
  const isBack = state === "live" && since > (memory.said?.offlineSince ?? Number.POSITIVE_INFINITY);
  const word = isBack ? null : memory.said;

  const canTest = mayTest(draft.config);
  const isTesting = memory.trial?.state === "running";

  useArrival(heading);
  useTrialFocus(memory.trial, panel);
  useEffect(() => () => leaveDraft(key), [key]);
  // What was pressed may be gone, and what came of it is to be read first.
  useEffect(() => {
    if (memory.said !== null) said.current?.focus();
  }, [memory.said]);

  async function saveNow(saving: Promise<boolean>) {
    if (!(await saving)) requestAnimationFrame(() => summary.current?.focus());
  }
  const saveDraft = () => void saveNow(trySave(key, schema));
  const testDraft = () => void saveNow(tryTest(key, schema));
  const saveAndTestDraft = () => void saveNow(saveAndTest(key, schema));
  const act = canTest ? saveAndTestDraft : saveDraft;
  const back = () => go({ screen: "list" });

  useKeys([
    { keys: "Mod+S", what: editor.save, run: saveDraft, whileTyping: true },
    ...(canTest ? [{ keys: "Mod+Enter", what: testing.saveAndTest, run: saveAndTestDraft, whileTyping: true }] : []),
    isTesting
      ? { keys: "Escape", what: testing.cancelKey, run: () => cancelTrial(key), whileTyping: true }
      : { keys: "Escape", what: editor.backKeeping, run: back, whileTyping: true },
  ]);

  function goTo(pointer: string) {
    if (pointer !== RAW_TEXT && focusField(pointer)) return;
    if (draft.mode !== "raw") updateDraft(key, { mode: "raw" });
    requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-raw]")?.focus());
  }

  const showSummary = memory.wasSaveTried && judged.faults.length > 0;
  return (
    <>
      <form
        class="editor"
        noValidate
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          act();
        }}
      >
        <div class="editor-top">
          <Head draft={draft} headingRef={heading} onBack={back} />
          {!draft.isNew && <Views name={draft.name} />}
          {elsewhere !== null && (
            <ConflictBanner
              notice={elsewhere}
              onView={() => void view(key)}
              onMerge={() => void tryMerge(key)}
              onSaveAsNew={() => void saveNow(saveAsNew(key, schema))}
              onDiscard={() => tryDiscard(key)}
              onFollow={() => void follow(key, elsewhere.renamedTo ?? draft.name)}
            />
          )}
        </div>
        <div class="editor-body">
          <div class="editor-inner">
            <div ref={said} tabIndex={-1} class="said">
              {word !== null && (
                <Banner kind={word.tone === "danger" ? "alert" : "status"} tone={word.tone}>
                  {word.text}
                  {word.more !== null && <p class="field-hint">{word.more}</p>}
                </Banner>
              )}
            </div>
            <TestPanel draft={draft} trial={memory.trial} onAgain={testDraft} panelRef={panel} />
            {showSummary && <Summary faults={judged.faults} onGo={goTo} boxRef={summary} />}
            <EditingProvider value={judged}>
              {draft.isNew && <NameField />}
              <Tabs draft={draft} />
            </EditingProvider>
          </div>
        </div>
        <Foot
          isSaving={memory.isSaving}
          trial={memory.trial}
          canTest={canTest}
          isNew={draft.isNew}
          isChanged={hasChanges(draft)}
          cleared={clearedWords(judged.stored, draft.config)}
          onSave={saveDraft}
          onTest={testDraft}
          onCancelTest={() => cancelTrial(key)}
          onDiscard={() => tryDiscard(key)}
        />
      </form>
      <Dialogs draft={draft} schema={schema} onSaving={(saving) => void saveNow(saving)} onDiscard={() => discard(key)} />
    </>
  );
}

/** What others did to the server since the draft's base; null where that is nothing, or not known yet. */
function noticeOf({ base, name }: Draft): Notice | null {
  if (base === null || !isListed.value) return null;
  // Right after a write of our own the stream has not reported it yet.
  if (servers.value.get(name)?.etag === base.etag) return null;
  return notice(changedSince(name, base.etag), base.etag);
}

/** What came of a test is read next by who waited for it, and interrupts nobody who goes on typing. */
function useTrialFocus(trial: Trial | null, panel: RefObject<HTMLElement | null>): void {
  const before = useRef(trial);
  useEffect(() => {
    const hasEnded = before.current?.state === "running" && trial !== null && trial.state !== "running";
    before.current = trial;
    const { activeElement } = document;
    if (hasEnded && (activeElement === document.body || activeElement?.matches("h1, .editor-foot *") === true)) panel.current?.focus();
  }, [trial]);
}

/** A draft that says nothing new is not kept; one that does waits in the list. */
function leaveDraft(key: string): void {
  cancelTrial(key);
  const draft = drafts.peek().get(key);
  if (draft === undefined) return;
  if (!hasChanges(draft)) {
    dropDraft(key);
    return;
  }
  batch(() => {
    if (rawFault(draft.rawText) === null) updateDraft(key, { rawText: null });
    remember(key, { dialog: null, said: null });
  });
}
