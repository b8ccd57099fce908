/** What happened to one server: starts, probes, failed calls, ends. The newest first, with marks where what is executed changed. */
import type { InstanceEvent } from "../../api/instances.ts";
import { Age } from "../../parts/Age.tsx";
import type { Tone } from "../../model/running.ts";
import { running } from "../../texts.ts";
import { historyTexts as texts, statusTexts } from "../../texts-running.ts";
import { AsOf } from "./AsOf.tsx";
import { FaultText } from "./Status.tsx";
import { useInstance } from "./instance.ts";

const TONES: Record<InstanceEvent["status"], Tone> = { healthy: "good", degraded: "warning", unhealthy: "bad", auth_required: "warning", unknown: "calm" };

export function History({ name }: { name: string }) {
  const { instance, readAt, refresh } = useInstance(name);
  if (instance === null) return null;
  const events = (instance.events ?? []).toReversed();
  return (
    <section class="running" aria-label={running.views.history}>
      {events.length === 0 ? (
        <p class="field-hint">{texts.none}</p>
      ) : (
        <ol class="history">
          {events.map((event, index) => (
            <Happened key={event.n} event={event} before={events[index + 1]} />
          ))}
        </ol>
      )}
      <AsOf at={readAt} onRefresh={refresh} />
    </section>
  );
}

/** `before`: what happened before it. */
function Happened({ event, before }: { event: InstanceEvent; before: InstanceEvent | undefined }) {
  const { at_ms, kind, status, ms, fault } = event;
  const what = fault === null ? texts.kinds[kind] : texts.failedKinds[kind];
  const isOther = before !== undefined && before.generation !== event.generation;
  return (
    <>
      <li class="happened">
        <span class="happened-at">
          <Age at={at_ms} />
        </span>
        <div class="happened-what">
          <p>
            <span class={`health ${TONES[status]}`}>
              <span class="sign" aria-hidden="true" />
              <span>{status === "unknown" ? what : statusTexts.healthWords[status]}</span>
            </span>{" "}
            {status !== "unknown" && <span>{what}</span>}
            {ms !== null && <span class="field-hint"> {texts.took(ms)}</span>}
          </p>
          {fault !== null && <FaultText fault={fault} />}
        </div>
      </li>
      {isOther && <li class="launch-mark">{texts.launchChanged}</li>}
    </>
  );
}
