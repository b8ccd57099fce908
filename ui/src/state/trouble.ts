/**
 * What is wrong with the service as a whole where single servers would only show a part of it: a key that opens none of the
 * stored secrets. Asked for where a secret can't be read.
 */
import { computed, effect, signal, untracked } from "@preact/signals";
import { type Reason, readiness } from "../api/readiness.ts";
import { connection, servers } from "./live.ts";

/** Why the service works only in part, in words for people. */
export const troubles = signal<Reason[]>([]);

/** Whether no stored secret can be read, because of the service's key. */
export const isWrongKey = computed(() => troubles.value.some(({ code }) => code === "wrong-key"));

/** Which secrets can't be read, so that it is asked again where that changes. */
const unreadable = computed(() => [...servers.value.values()].flatMap(({ name, needsReentry }) => needsReentry.map((at) => name + at)).join("\n"));

effect(() => {
  const isAny = unreadable.value !== "";
  if (connection.value.state !== "live") return;
  untracked(async () => {
    troubles.value = isAny ? await readiness() : [];
  });
});
