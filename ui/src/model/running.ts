/** What is to be seen at once of a server's instance: a tone and words, and what the filters of the list ask of it. Pure. */
import type { InstanceStatus } from "../api/events.ts";

/** `calm` is no judgement: nothing runs, or nothing is known. */
export type Tone = "good" | "calm" | "warning" | "bad";

/** What is said of it, as a word of the catalogue; `since` and `until` are times in Unix milliseconds, where they say something. */
export type Look = { tone: Tone; word: Word; since: number | null; until: number | null };

export type Word =
  | "healthy" | "degraded" | "unhealthy" | "credentials" | "unchecked"
  | "disabled" | "unapproved" | "off" | "idle" | "starting" | "stopping" | "failed";

const HEALTH: Record<InstanceStatus["health"], [Tone, Word]> = {
  healthy: ["good", "healthy"],
  degraded: ["warning", "degraded"],
  unhealthy: ["bad", "unhealthy"],
  auth_required: ["warning", "credentials"],
  unknown: ["calm", "unchecked"],
};

export function lookOf(status: InstanceStatus): Look {
  const { state, health, since_ms, health_since_ms, reason, next_retry_at_ms } = status;
  const look = (tone: Tone, word: Word, since: number | null = null, until: number | null = null): Look => ({ tone, word, since, until });
  switch (state) {
    case "running":
      return look(...HEALTH[health], health === "unknown" ? null : health_since_ms);
    case "error":
      return look("bad", "failed", since_ms, next_retry_at_ms);
    case "unapproved":
      return reason === "run-off" ? look("calm", "off") : look("warning", "unapproved");
    case "starting":
      return look("calm", "starting", since_ms);
    default:
      return look("calm", state);
  }
}

/** Whether it does not work although it should. Nothing that is unknown is a fault. */
export function isFailing({ state, health }: InstanceStatus): boolean {
  return state === "error" || (state === "running" && health !== "healthy" && health !== "unknown");
}

/** Whether somebody has to approve what it would start. */
export function needsApproval({ state, reason }: InstanceStatus): boolean {
  return state === "unapproved" && reason !== "run-off";
}
