/** Authentication that is typed as JSON: what a text means, and whether it still speaks of the draft. */
import { JsonFault, parseJson } from "../../json/read.ts";
import { type Json, type JsonObject, equal } from "../../json/value.ts";
import { editor } from "../../texts-editing.ts";

/** `text`: what was typed last, null where nothing was; `over`: the draft's authentication once it was typed. */
export type TypedAuth = { text: string | null; over?: Json | undefined };

/** The typed text; null if nothing is typed, or the draft's authentication was changed by other means since. */
export function typedAuth(config: JsonObject, typed: TypedAuth | null): string | null {
  return typed === null || !equal(typed.over, config.get("auth")) ? null : typed.text;
}

/** What keeps a custom authentication from being saved. An empty text means none. */
export function faultOf(text: string): string | null {
  if (text.trim() === "") return null;
  try {
    parseJson(text);
    return null;
  } catch (fault) {
    return fault instanceof JsonFault ? fault.message : editor.notJson;
  }
}

/** The authentication that a text without a fault means. */
export function authIn(text: string): Json | undefined {
  return text.trim() === "" ? undefined : parseJson(text);
}
