/**
 * What the reader may do here, as the key and the document allow it. Until both are known nothing that writes is shown. It
 * does not know how that looks.
 */
import { computed } from "@preact/signals";
import { may } from "../api/session.ts";
import type { JsonObject } from "../json/value.ts";
import { hasReference } from "../model/references.ts";
import { transportOf } from "../model/summary.ts";
import { notices } from "../texts.ts";
import { isRunOff, isRunner } from "./instances.ts";
import { documentState } from "./live.ts";

/** `view`: what is stored is shown and can't be changed, because of the key or the document. */
export const mode = computed<"unknown" | "view" | "edit">(() => {
  const { access } = documentState.value;
  const mayWrite = may("write");
  if (mayWrite === false || access === "read-only" || access === "no-servers") return "view";
  return mayWrite === null || access === "unknown" ? "unknown" : "edit";
});

/** Whether a write can be made now. A document that can't be read now is one to be edited, but later. */
export const canWrite = computed(() => mode.value === "edit" && documentState.value.access === "writable");

/** Whether this configuration may be tested here: to start a program, or to read what a reference names, is to run a server. */
export function mayTest(config: JsonObject): boolean {
  if (isRunner.value !== true || isRunOff.value) return false;
  return may(transportOf(config) === "stdio" || hasReference(config) ? "run" : "write") === true;
}

/** Why what is stored can only be shown: what it is, and what that means; null where it is not so, or not known yet. */
export const whyViewOnly = computed<readonly string[] | null>(() => {
  const { access, reason } = documentState.value;
  if (access === "no-servers") return notices.acp;
  if (access === "read-only") return readOnlyText(reason ?? "");
  return may("write") === false ? notices.readOnlyKey : null;
});

/** Why nothing can be written now, for people; null where it can, or where that is not known yet. */
export const whyNoWrite = computed<string | null>(() => {
  if (documentState.value.access === "unreadable") return notices.unreadableFile;
  return whyViewOnly.value?.[0] ?? null;
});

/** The service says where a version is too new as it is in the file; its other reasons say what to do. */
function readOnlyText(reason: string): readonly string[] {
  return reason.includes("schema_version") ? notices.newerFile : [notices.readOnlyFile, reason];
}
