/** Authentication that no kind of the form fits, as JSON. A text that does not parse stays as it was typed. */
import { batch } from "@preact/signals";
import { JsonFault, parseJson } from "../../json/read.ts";
import { type Json, equal } from "../../json/value.ts";
import { writeJson } from "../../json/write.ts";
import { TextField } from "../../parts/Field.tsx";
import { setMember, useEditing } from "./editing.ts";
import { remember } from "./memory.ts";

export function CustomAuth() {
  const { draft, memory } = useEditing();
  const auth = draft.config.get("auth");
  const typed = memory.customAuth?.text ?? null;
  // What was typed is shown as it was typed, unless the draft says something else by now.
  const meant = typed === null ? null : valueOf(typed);
  const text = meant !== null && !equal(meant.json, auth) ? null : typed;
  const fault = text === null || text.trim() === "" ? null : faultOf(text);
  return (
    <TextField
      label="Authentication as JSON"
      hint="A mask such as [REDACTED] keeps the stored secret."
      value={text ?? (auth === undefined ? "" : writeJson(auth, 2))}
      error={fault}
      isCode
      rows={6}
      onText={(next) =>
        batch(() => {
          remember(draft.key, { customAuth: { text: next } });
          const value = valueOf(next);
          if (value !== null) setMember(draft.key, "/auth", value.json);
        })
      }
    />
  );
}

/** What keeps a custom authentication from being saved. */
export function faultOf(text: string): string | null {
  try {
    parseJson(text);
    return null;
  } catch (fault) {
    return fault instanceof JsonFault ? fault.message : "This is no JSON.";
  }
}

function valueOf(text: string): { json: Json | undefined } | null {
  if (text.trim() === "") return { json: undefined };
  return faultOf(text) === null ? { json: parseJson(text) } : null;
}
