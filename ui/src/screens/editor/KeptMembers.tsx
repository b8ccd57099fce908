/** Members that the form has no field for, as the draft has them. Of secrets it says only that they are set, or new. */
import { steps } from "../../json/pointer.ts";
import { writeJson } from "../../json/write.ts";
import { seenJson } from "../../model/characters.ts";
import { shown } from "../../model/secrets.ts";
import { Code } from "../../parts/Code.tsx";
import { messageAt, useEditing, warningAt } from "./editing.ts";

type Props = {
  places: string[];
  /** Places that have a field of their own, where what is wrong with them is said. */
  elsewhere: string[];
};

export function KeptMembers({ places, elsewhere }: Props) {
  const { draft, faults, suspects, advice } = useEditing();
  const own = faults.filter(({ pointer }) => !elsewhere.includes(pointer));
  return (
    <dl class="others">
      {places.map((at) => {
        const value = shown(draft.config, at);
        const error = messageAt(own, at);
        const warning = warningAt({ suspects, advice }, at);
        return (
          <div key={at} data-at={at} tabIndex={-1}>
            <dt>
              <Code mode="line" value={steps(at).join(".")} />
            </dt>
            <dd>
              <code dir="ltr">{value === undefined ? "" : seenJson(writeJson(value))}</code>
              {error !== null && <p class="field-error">{error}</p>}
              {warning !== null && <p class="field-note">{warning}</p>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
