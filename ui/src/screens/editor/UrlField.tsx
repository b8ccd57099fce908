/** The URL, of which parts can be secret: their masks stay in the text, and keep what is stored. */
import { get } from "../../json/pointer.ts";
import { keptSecrets } from "../../model/secrets.ts";
import { Button } from "../../parts/Button.tsx";
import { Menu } from "../../parts/Menu.tsx";
import { editor, secrets } from "../../texts-editing.ts";
import { MemberField } from "./MemberField.tsx";
import { Revealed } from "./Revealed.tsx";
import { setMember, useEditing } from "./editing.ts";
import { focusField } from "./focus.ts";
import { useRevealing } from "./revealing.ts";

const AT = "/url";
const LABEL = "URL";
const OPENER = `${AT} more`;

export function UrlField() {
  const { draft, stored, faults } = useEditing();
  const { text, said, isAllowed, show, copy, hide } = useRevealing({ server: draft.name, at: AT, label: LABEL, tag: draft.base?.etag, opener: OPENER });
  const isMasked = typeof get(draft.config, AT) === "string" && keptSecrets(draft.config).includes(AT);
  const isStored = stored !== null && keptSecrets(stored.config).includes(AT) && !stored.needsReentry.includes(AT);
  const proposal = faults.find(({ pointer, proposal }) => pointer === AT && proposal !== undefined)?.proposal;
  const field = (
    <div class="url-field">
      <MemberField at={AT} label={LABEL} isCode {...(isMasked ? { hint: secrets.urlHint } : {})} />
      {proposal !== undefined && (
        <p class="offer">
          <Button
            onPress={() => {
              setMember(draft.key, AT, proposal.value);
              focusField(AT);
            }}
          >
            {editor.useProposal(proposal.shown)}
          </Button>
        </p>
      )}
    </div>
  );
  if (!isStored || !isAllowed) {
    return (
      <>
        {field}
        {said !== "" && <p role="status" class="field-hint">{said}</p>}
      </>
    );
  }
  return (
    <div class="url-field with-menu">
      {text === null ? (
        field
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
