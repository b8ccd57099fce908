/** The URL, of which parts can be secret: their masks stay in the text, and keep what is stored. */
import { get } from "../../json/pointer.ts";
import { keptSecrets } from "../../model/secrets.ts";
import { MemberField } from "./MemberField.tsx";
import { Reveal } from "./Reveal.tsx";
import { useEditing } from "./editing.ts";

export function UrlField() {
  const { draft, stored } = useEditing();
  const isMasked = typeof get(draft.config, "/url") === "string" && keptSecrets(draft.config).includes("/url");
  const isStored = stored !== null && keptSecrets(stored.config).includes("/url");
  const hint = isMasked ? "The asterisks hide what is stored: leave them to keep it." : undefined;
  return (
    <div class="url-field">
      <MemberField at="/url" label="URL" isCode {...(hint === undefined ? {} : { hint })} />
      {isStored && <Reveal server={draft.name} at="/url" label="URL" tag={draft.base?.etag} />}
    </div>
  );
}
