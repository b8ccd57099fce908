/** How a server runs: a sign whose shape says as much as its colour, and words. Its time keeps itself current while it is shown. */
import { type Look, lookOf } from "../model/running.ts";
import type { InstanceStatus } from "../api/events.ts";
import { spanText, useTimeText } from "../state/clock.ts";
import { running } from "../texts.ts";

export function Health({ status }: { status: InstanceStatus }) {
  const look = lookOf(status);
  const { tone, word, since, until } = look;
  const text = useTimeText((now) => lookText(look, now), [word, since, until]);
  return (
    <span class={`health ${tone}`}>
      <span class="sign" aria-hidden="true" />
      <span>{text}</span>
    </span>
  );
}

/** "Healthy · 3 min", "Failed, retry in 12 s". */
function lookText({ word, since, until }: Look, now: number): string {
  const said = running.words[word];
  if (until !== null && until > now) return running.retryIn(said, spanText(until - now + 999));
  return since === null || since === 0 ? said : running.since(said, spanText(now - since));
}
