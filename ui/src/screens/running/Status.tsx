/** How one server is: its state, what is wrong, what to do about it, and what is known of it while it runs. */
import { useState } from "preact/hooks";
import type { Fault, Instance } from "../../api/instances.ts";
import type { InstanceStatus } from "../../api/events.ts";
import { lookOf } from "../../model/running.ts";
import { Age } from "../../parts/Age.tsx";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import { type Fact, Facts } from "../../parts/Facts.tsx";
import { Health } from "../../parts/Health.tsx";
import { Span } from "../../parts/Span.tsx";
import { statusOf } from "../../state/instances.ts";
import { addressOf } from "../../state/route.ts";
import { running } from "../../texts.ts";
import { faults, hints, statusTexts as texts } from "../../texts-running.ts";
import { AsOf } from "./AsOf.tsx";
import { mayRead } from "./Views.tsx";
import { actionsOn } from "./acting.ts";
import { useInstance } from "./instance.ts";

export function Status({ name }: { name: string }) {
  const { instance, readAt, problem, refresh } = useInstance(name);
  const status = statusOf(name);
  return (
    <section class="running" aria-label={running.views.status}>
      {status !== null && (
        <div class="verdict">
          <p class="verdict-word">
            <Health status={status} />
          </p>
          <p class="unseen" role="status">
            {running.words[lookOf(status).word]}
          </p>
          <Actions name={name} status={status} onDone={refresh} />
        </div>
      )}
      {instance === null ? (
        problem !== null && problem.status !== 401 && (
          <Banner kind="alert" actions={<Button onPress={refresh}>{texts.refresh}</Button>}>
            <strong>{problem.title}.</strong> {problem.detail}
          </Banner>
        )
      ) : (
        <>
          <WhatToDo name={name} instance={instance} />
          <InstanceFacts instance={instance} />
          <AsOf at={readAt} onRefresh={refresh} />
        </>
      )}
    </section>
  );
}

type ActionsProps = { name: string; status: InstanceStatus; onDone: () => void };

function Actions({ name, status, onDone }: ActionsProps) {
  const [isBusy, setBusy] = useState(false);
  const actions = actionsOn(name, status);
  if (actions.length === 0) return null;
  return (
    <div class="editor-actions">
      {actions.map(({ label, isUrgent, run }) => (
        <Button
          key={label}
          kind={isUrgent ? "primary" : "plain"}
          isBusy={isBusy}
          onPress={async () => {
            setBusy(true);
            await run();
            setBusy(false);
            onDone();
          }}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}

/** What is wrong in the words of who found it, and what a person can do. */
function WhatToDo({ name, instance }: { name: string; instance: Instance }) {
  const { state, reason, attention, retry, health, last_line } = instance;
  const fault = state === "error" ? (retry?.fault ?? health.fault) : state === "running" ? health.fault : null;
  const advice = attention === "approve" ? texts.approve : attention === "none" || fault === null ? null : hints[fault.kind];
  if (fault === null && advice === null && reason === null && last_line === undefined) return null;
  return (
    <div class={attention === "none" ? "said-of-it" : "said-of-it attention-needed"}>
      {reason !== null && <p>{texts.reasons[reason]}</p>}
      {fault !== null && <FaultText fault={fault} />}
      {retry !== null && state === "error" && <p>{texts.attempts(retry.attempt_count)}</p>}
      {advice !== null && (
        <p>
          {advice} <Way name={name} attention={attention} kind={fault?.kind ?? null} />
        </p>
      )}
      {last_line !== undefined && (
        <p>
          {texts.lastLine} <code dir="auto">{last_line}</code>
        </p>
      )}
      {state === "error" && retry?.stderr !== undefined && retry.stderr !== "" && (
        <figure>
          <figcaption class="field-hint">{texts.stderr}</figcaption>
          <pre class="output" tabIndex={0} aria-label={texts.stderr} dir="auto">
            {retry.stderr}
          </pre>
        </figure>
      )}
    </div>
  );
}

export function FaultText({ fault }: { fault: Fault }) {
  return (
    <p class="fault">
      <strong>{faults[fault.kind]}.</strong> <span dir="auto">{fault.message}</span>
      {fault.detail !== undefined && (
        <>
          {" "}
          <code dir="auto">{fault.detail}</code>
        </>
      )}
    </p>
  );
}

/** Where it is done. */
function Way({ name, attention, kind }: { name: string; attention: Instance["attention"]; kind: Fault["kind"] | null }): preact.ComponentChildren {
  if (attention === "approve") {
    return mayRead("approval") ? <a href={addressOf({ screen: "editor", name, view: "approval" })}>{texts.toApproval}</a> : texts.approver;
  }
  if (attention === "fix" || attention === "connect") return <a href={addressOf({ screen: "editor", name })}>{texts.toConfiguration}</a>;
  return kind === "exited" && mayRead("log") ? <a href={addressOf({ screen: "editor", name, view: "log" })}>{texts.toLog}</a> : null;
}

function InstanceFacts({ instance }: { instance: Instance }) {
  const { health, server, protocol_version, running_since_ms, restarts, calls, failed_calls, retry } = instance;
  const last = health.status === "unknown" ? health.last : null;
  const rows: Fact[] = [
    [texts.checked, health.checked_at_ms === null ? texts.notYet : <Age at={health.checked_at_ms} />],
    [
      texts.lastKnown,
      last !== null && (
        <>
          {texts.healthWords[last.status]}
          {last.checked_at_ms !== null && (
            <>
              , <Age at={last.checked_at_ms} />
            </>
          )}
          {last.generation !== instance.generation && ` (${texts.earlierLaunch})`}
        </>
      ),
    ],
    [texts.lastAttempt, retry !== null && <Age at={retry.last_attempt_at_ms} />],
    [texts.uptime, running_since_ms !== null && <Span since={running_since_ms} />],
    [texts.server, server !== null && <span dir="auto">{`${server.name} ${server.version}`}</span>],
    [texts.protocol, protocol_version],
    [texts.restarts, restarts],
    [texts.calls, failed_calls === 0 ? calls : texts.callsFailed(calls, failed_calls)],
  ];
  return <Facts rows={rows} />;
}
