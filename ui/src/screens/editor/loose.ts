/**
 * Text that was typed into a form and that no configuration can hold yet: a name that is used twice, authentication that
 * does not parse. It makes a draft as anything typed does, so that neither the list nor leaving passes over it.
 */
import { effect } from "@preact/signals";
import { get } from "../../json/pointer.ts";
import { type Draft, drafts, looseDrafts } from "../../state/drafts.ts";
import { faultOf, typedAuth } from "./custom-auth.ts";
import { followed, isList, rowFaults } from "./entries.ts";
import { type Memory, memoryOf } from "./memory.ts";

function holdsMore({ config }: Draft, memory: Memory): boolean {
  const auth = typedAuth(config, memory.customAuth);
  if (auth !== null && faultOf(auth) !== null) return true;
  return [...memory.rows].some(([at, rows]) => !isList(at) && rowFaults(at, followed(rows, get(config, at))).length > 0);
}

effect(() => {
  const loose = [...drafts.value.values()].filter((draft) => holdsMore(draft, memoryOf(draft.key))).map(({ key }) => key);
  const before = looseDrafts.peek();
  if (loose.length !== before.size || loose.some((key) => !before.has(key))) looseDrafts.value = new Set(loose);
});
