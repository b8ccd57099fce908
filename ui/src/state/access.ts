/**
 * What the reader may do here, as the key and the document allow it. Until both are known nothing that writes is shown. It
 * does not know how that looks.
 */
import { computed } from "@preact/signals";
import { may } from "../api/session.ts";
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

/** Why nothing can be written now, for people; null where it can, or where that is not known yet. */
export const whyNoWrite = computed<string | null>(() => {
  const { access, reason } = documentState.value;
  switch (access) {
    case "no-servers":
      return "This settings file has no MCP servers: it is for an ACP agent. Choose an OpenHands agent to add servers.";
    case "read-only":
      return reason ?? "This settings file is read-only.";
    case "unreadable":
      return "The settings file can't be read now. Your draft is kept.";
    case "unknown":
    case "writable":
      return may("write") === false ? "This key may only read." : null;
  }
});
