/** What would be executed for one server, and approving exactly that, or withdrawing it. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { withdraw } from "../../api/instances.ts";
import { may } from "../../api/session.ts";
import { Age } from "../../parts/Age.tsx";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import { Marked } from "../../parts/Marked.tsx";
import { pending } from "../../state/pending.ts";
import { toast } from "../../state/toasts.ts";
import { running } from "../../texts.ts";
import { approval as texts, statusTexts } from "../../texts-running.ts";
import { AskDialog } from "../editor/AskDialog.tsx";
import { whyNot } from "../editor/why-not.ts";
import { LaunchView } from "./LaunchView.tsx";
import { useLaunch } from "./launch.ts";

export function Approval({ name }: { name: string }) {
  const { launch, hasChanged, failure, look, approveShown } = useLaunch(name);
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const changed = useRef<HTMLDivElement>(null);
  const isRefused = useRef(false);
  useLayoutEffect(() => {
    // What was pressed did nothing, and why is to be read first.
    if (isRefused.current) changed.current?.focus();
    isRefused.current = false;
  });

  async function approve() {
    setBusy(true);
    const came = await pending(texts.approving(name), approveShown());
    isRefused.current = came === "changed";
    setBusy(false);
    if (came === "done") toast({ text: texts.wasApproved(name), kind: "done" });
    else if (came !== "changed") toast({ text: statusTexts.notDone(name, whyNot(came, "run")), kind: "failed" });
  }

  async function takeBack() {
    setAsking(false);
    const answer = await pending(texts.withdrawing(name), withdraw(name));
    if ("ok" in answer) toast({ text: texts.wasWithdrawn(name), kind: "done" });
    else toast({ text: statusTexts.notDone(name, whyNot(answer, "run")), kind: "failed" });
    await look();
  }

  if (launch === null) {
    if (failure === null || ("problem" in failure && failure.problem.status === 401)) return null;
    return (
      <Banner kind="alert" actions={<Button onPress={() => void look()}>{statusTexts.refresh}</Button>}>
        {whyNot(failure, "run")}
      </Banner>
    );
  }
  const { needs_approval, approved, reason, last } = launch;
  const isHidden = [...(launch.env ?? []), ...(launch.headers ?? [])].some(({ value }) => value === null);
  return (
    <section class="running" aria-label={running.views.approval}>
      <div ref={changed} tabIndex={-1} class="said">
        {hasChanged && !approved && (
          <Banner kind="alert" tone="warning">
            {texts.whyAgain[hasChanged]}
          </Banner>
        )}
      </div>
      <div class="verdict">
        <p class="verdict-word">{!needs_approval ? texts.notNeeded : approved ? texts.isApproved : reason === undefined ? texts.isNot : texts.reasons[reason]}</p>
        {approved && needs_approval && may("run") === true && (
          <Button kind="danger" onPress={() => setAsking(true)}>
            {texts.withdraw}
          </Button>
        )}
      </div>
      {last !== null && (
        <p class="field-hint">
          {approved ? texts.approvedBy : texts.lastBy} <strong dir="auto">{last.by}</strong>, <Age at={last.at * 1000} />
          {!approved && reason === "launch-changed" && `. ${texts.markedSince}`}
        </p>
      )}
      <h2>{launch.kind === "remote" ? texts.connected : approved ? texts.isExecuted : texts.executed}</h2>
      <LaunchView launch={launch} />
      {isHidden && may("reveal") === true && (
        <p class="show-values">
          <Button icon="reveal" onPress={() => void look(true)}>
            {texts.showValues}
          </Button>
          <span class="field-hint">{texts.showingIsLogged}</span>
        </p>
      )}
      {needs_approval && !approved && launch.launch !== null && may("run") === true && (
        <div class="editor-actions">
          <Button kind="primary" isBusy={isBusy} onPress={() => void approve()} describedBy="not-covered">
            {texts.approve}
          </Button>
        </div>
      )}
      {needs_approval && (
        <p class="field-hint" id="not-covered">
          <Marked>{texts.notCovered}</Marked>
        </p>
      )}
      {isAsking && (
        <AskDialog title={texts.withdrawTitle(name)} yes={texts.withdrawNow} onYes={() => void takeBack()} onNo={() => setAsking(false)}>
          <p>{texts.withdrawWhat}</p>
        </AskDialog>
      )}
    </section>
  );
}
