/** The raw text of a draft: what it says, and where it fails. It does not know what a configuration is about. */
import { JsonFault, parseJson } from "../../json/read.ts";
import { type JsonObject, isObject } from "../../json/value.ts";
import { writeJson } from "../../json/write.ts";
import { type Draft, isDirty } from "../../state/drafts.ts";
import { editor } from "../../texts-editing.ts";

export type Raw = { config: JsonObject } | { fault: RawFault };

export type RawFault = { at: number; message: string };

/** What a typed text means as a configuration. */
export function readRaw(text: string): Raw {
  try {
    const value = parseJson(text);
    return isObject(value) ? { config: value } : { fault: { at: 0, message: editor.jsonNoObject } };
  } catch (fault) {
    if (fault instanceof JsonFault) return { fault: { at: fault.at, message: fault.message } };
    throw fault;
  }
}

/** The fault of a draft's raw text; null where it parses or nobody typed. */
export function rawFault(text: string | null): RawFault | null {
  if (text === null) return null;
  const raw = readRaw(text);
  return "fault" in raw ? raw.fault : null;
}

/** Whether a draft says anything but what is stored. Raw text that parses counts by what it means. */
export function hasChanges(draft: Draft): boolean {
  return isDirty(rawFault(draft.rawText) === null ? { ...draft, rawText: null } : draft);
}

export function rawText(config: JsonObject): string {
  return writeJson(config, 2);
}
