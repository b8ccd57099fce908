/** Authentication that no kind of the form fits, as JSON. A text that does not parse stays as it was typed. */
import { batch } from "@preact/signals";
import { writeJson } from "../../json/write.ts";
import { MASK } from "../../model/secret-tables.generated.ts";
import { TextField } from "../../parts/Field.tsx";
import { editor } from "../../texts-editing.ts";
import { authIn, faultOf, typedAuth } from "./custom-auth.ts";
import { setMember, useEditing } from "./editing.ts";
import { remember } from "./memory.ts";

export function CustomAuth() {
  const { draft, memory } = useEditing();
  const auth = draft.config.get("auth");
  const text = typedAuth(draft.config, memory.customAuth);

  function type(typed: string) {
    const next = faultOf(typed) === null ? authIn(typed) : auth;
    batch(() => {
      remember(draft.key, { customAuth: { text: typed, over: next } });
      setMember(draft.key, "/auth", next);
    });
  }

  return (
    <TextField
      label={editor.authJson}
      hint={editor.authJsonHint(MASK)}
      value={text ?? (auth === undefined ? "" : writeJson(auth, 2))}
      error={text === null ? null : faultOf(text)}
      isCode
      rows={6}
      onText={type}
    />
  );
}
