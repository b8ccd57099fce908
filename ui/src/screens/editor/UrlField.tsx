/** The URL, of which parts can be secret: their masks stay in the text, and keep what is stored. */
import { get } from "../../json/pointer.ts";
import { keptSecrets } from "../../model/secrets.ts";
import { Menu } from "../../parts/Menu.tsx";
import { secrets } from "../../texts.ts";
import { MemberField } from "./MemberField.tsx";
import { Revealed } from "./Revealed.tsx";
import { useEditing } from "./editing.ts";
import { useRevealing } from "./revealing.ts";

const AT = "/url";
const LABEL = "URL";
const OPENER = `${AT} more`;

export function UrlField() {
  const { draft, stored } = useEditing();
  const { text, said, isAllowed, show, copy, hide } = useRevealing({ server: draft.name, at: AT, label: LABEL, tag: draft.base?.etag, opener: OPENER });
  const isMasked = typeof get(draft.config, AT) === "string" && keptSecrets(draft.config).includes(AT);
  const isStored = stored !== null && keptSecrets(stored.config).includes(AT) && !stored.needsReentry.includes(AT);
  if (!isStored || !isAllowed) {
    return (
      <div class="url-field">
        <MemberField at={AT} label={LABEL} isCode {...(isMasked ? { hint: secrets.urlHint } : {})} />
        <p role="status" class="field-hint">{said}</p>
      </div>
    );
  }
  return (
    <div class="url-field with-menu">
      {text === null ? (
        <MemberField at={AT} label={LABEL} isCode {...(isMasked ? { hint: secrets.urlHint } : {})} />
      ) : (
        <div class="field">
          <span class="field-label">{LABEL}</span>
          <Revealed label={LABEL} text={text} onHide={hide} />
        </div>
      )}
      <Menu
        label={secrets.more(LABEL)}
        name={OPENER}
        items={[
          { label: secrets.reveal, run: show },
          { label: secrets.copy, run: copy },
        ]}
      />
      <p role="status" class="field-hint">{said}</p>
    </div>
  );
}
