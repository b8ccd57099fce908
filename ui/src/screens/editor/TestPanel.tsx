/** What came of a test: the stages one below the other, up to the one that failed, with what to do; the tools; what was written to stderr. */
import type { Ref } from "preact";
import { may } from "../../api/session.ts";
import type { TestStage, Tested } from "../../api/testing.ts";
import { transportOf } from "../../model/summary.ts";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import { Marked } from "../../parts/Marked.tsx";
import { ToolNames } from "../tools/ToolNames.tsx";
import type { Draft } from "../../state/drafts.ts";
import { addressOf } from "../../state/route.ts";
import { faults } from "../../texts-running.ts";
import { testing as texts } from "../../texts-testing.ts";
import { remember } from "./memory.ts";
import { hasChanges } from "./raw.ts";
import { type Trial, isOld } from "./trial.ts";
import { type Failure, whyNot } from "./why-not.ts";

type Props = { draft: Draft; trial: Trial | null; onAgain: () => void; panelRef: Ref<HTMLElement> };

export function TestPanel({ draft, trial, onAgain, panelRef }: Props) {
  const isOver = trial !== null && trial.state !== "running";
  return (
    <>
      <p class="unseen" role="status">
        {isOver ? verdictOf(trial) : ""}
      </p>
      {isOver && (
        <section class="test" ref={panelRef} tabIndex={-1} aria-label={texts.panel}>
          {trial.state === "failed" ? (
            <Banner kind="alert" actions={<Button onPress={onAgain}>{texts.again}</Button>}>
              <strong>{verdictOf(trial)}</strong> <Why failure={trial.failure} name={draft.name} />
            </Banner>
          ) : (
            <Outcome trial={trial} draft={draft} onAgain={onAgain} />
          )}
        </section>
      )}
    </>
  );
}

function verdictOf(trial: Exclude<Trial, { state: "running" }>): string {
  if (trial.state === "failed") return trial.isSaved ? texts.savedUntested : texts.untested;
  const { ok, ms, tools } = trial.result;
  if (ok) return tools === null ? texts.works : texts.worksWith(tools.length, texts.took(ms));
  return trial.isSaved ? texts.savedFails : texts.fails;
}

/** Why nothing was tested, and where that can be changed. */
function Why({ failure, name }: { failure: Failure; name: string }) {
  if ("offline" in failure) return <>{texts.offline}</>;
  const { problem } = failure;
  const slug = problem.type.replace("/problems/", "");
  if (slug === "not-runnable" && problem.detail.includes("not approved")) {
    return (
      <>
        {texts.notApproved} {may("run") === true && <a href={addressOf({ screen: "editor", name, view: "approval" })}>{texts.toApproval}</a>}
      </>
    );
  }
  const known: Record<string, string> = {
    "insufficient-scope": problem.required_scope === "run" ? texts.noRun : texts.noWrite,
    "too-many-tests": texts.tooMany,
    "not-the-runner": texts.notRunner,
    "unknown-server": texts.gone,
  };
  return <>{known[slug] ?? whyNot(failure, "run")}</>;
}

function Outcome({ trial, draft, onAgain }: { trial: Extract<Trial, { state: "tested" }>; draft: Draft; onAgain: () => void }) {
  const { result, of } = trial;
  const { server, protocol_version, tools, stderr = "" } = result;
  return (
    <>
      <header class="test-head">
        <p class={`health ${result.ok ? "good" : "bad"}`}>
          <span class="sign" aria-hidden="true" />
          <strong>{verdictOf(trial)}</strong>
        </p>
        <Button onPress={onAgain}>{texts.again}</Button>
        <Button kind="quiet" icon="close" label={texts.close} onPress={() => remember(draft.key, { trial: null })}>
          {""}
        </Button>
      </header>
      {isOld(of, draft.config, hasChanges(draft) ? null : (draft.base?.etag ?? null)) && <p class="field-note">{texts.isOld}</p>}
      <ol class="stages" aria-label={texts.stages}>
        {result.stages.map((stage) => (
          <Stage key={stage.stage} stage={stage} />
        ))}
        {!result.ok && notReached(result, draft).map((word) => (
          <li key={word} class="stage not-reached">
            <span class="health calm">
              <span class="sign" aria-hidden="true" />
              <span>{texts.stage[word]}</span>
            </span>
            <span class="field-hint">{texts.notReached}</span>
          </li>
        ))}
      </ol>
      {server !== null && (
        <p class="field-hint" dir="auto">
          {texts.server(server.name, server.version, protocol_version)}
        </p>
      )}
      {tools !== null && tools.length > 0 && <ToolNames tools={tools} />}
      {stderr !== "" && (
        <figure>
          <figcaption class="field-hint">{texts.stderr}</figcaption>
          <pre class="output" tabIndex={0} aria-label={texts.stderr} dir="auto">
            {stderr}
          </pre>
        </figure>
      )}
    </>
  );
}

function Stage({ stage: { stage, ok, ms, kind, message, detail, hint } }: { stage: TestStage }) {
  return (
    <li class="stage">
      <span class={`health ${ok ? "good" : "bad"}`}>
        <span class="sign" aria-hidden="true" />
        <span>{texts.stage[stage]}</span>
      </span>
      <span class="field-hint">
        {ok ? texts.ok : texts.failed}
        {ms !== null && `, ${texts.took(ms)}`}
      </span>
      {(message !== null || hint !== null) && (
        <div class="stage-said">
          {message !== null && (
            <p>
              {kind !== null && <strong>{faults[kind]}. </strong>}
              <span dir="auto">
                <Marked>{message}</Marked>
              </span>
            </p>
          )}
          {detail !== undefined && (
            <p class="field-hint" dir="auto">
              <Marked>{detail}</Marked>
            </p>
          )}
          {hint !== null && (
            <p>
              <Marked>{hint}</Marked>
            </p>
          )}
        </div>
      )}
    </li>
  );
}

/** The stages that would have followed. */
function notReached({ stages }: Tested, { config }: Draft): TestStage["stage"][] {
  const all: TestStage["stage"][] = ["resolve", transportOf(config) === "stdio" ? "spawn" : "connect", "initialize", "list_tools"];
  const last = stages.at(-1)?.stage;
  return last === undefined ? [] : all.slice(all.indexOf(last) + 1);
}
