/** The members that the form has no field for: kept as they are, shown, and edited as JSON. Their secrets have fields. */
import { get, pointer, steps } from "../../json/pointer.ts";
import { secretLeaves } from "../../model/secrets.ts";
import { editor } from "../../texts-editing.ts";
import { KeptMembers } from "./KeptMembers.tsx";
import { SecretField } from "./SecretField.tsx";
import { useEditing } from "./editing.ts";
import { otherMembers } from "./transports.ts";

export function OtherMembers() {
  const { draft, stored } = useEditing();
  // What is cleared keeps its place until the draft is saved.
  const names = [...new Set([...otherMembers(stored?.config ?? new Map()), ...otherMembers(draft.config)])];
  if (names.length === 0) return null;
  // What is not stored is typed as JSON; what is stored can be kept, replaced and cleared here.
  const secrets = (stored === null ? [] : secretLeaves(stored.config)).filter(
    (at) => names.includes(steps(at)[0] ?? "") && !isInArray(draft.config, at),
  );
  return (
    <section class="form-part" aria-label={editor.others}>
      <h2>{editor.others}</h2>
      <p class="field-hint">{editor.othersHint}</p>
      <KeptMembers places={names.map((name) => pointer(name))} elsewhere={secrets} />
      {secrets.map((at) => (
        <SecretField key={at} at={at} label={steps(at).join(".")} />
      ))}
    </section>
  );
}

/** A secret in a list is kept only with the whole list, so it has no choice of its own. */
function isInArray(config: Parameters<typeof get>[0], at: string): boolean {
  const names = steps(at);
  return names.some((_, length) => Array.isArray(get(config, pointer(...names.slice(0, length)))));
}
