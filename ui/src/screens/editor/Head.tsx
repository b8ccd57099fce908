/** The top of the editor: the way back, the server's icon and name, and what can be done beside editing. */
import type { Ref } from "preact";
import { Menu } from "../../parts/Menu.tsx";
import type { Draft } from "../../state/drafts.ts";
import { servers } from "../../state/live.ts";
import { editor } from "../../texts-editing.ts";
import { ServerIcon } from "../list/ServerIcon.tsx";
import { ServerHead } from "./ServerHead.tsx";
import { exportItems } from "./export-items.ts";
import { removeServer } from "./flows.ts";
import { remember } from "./memory.ts";

type Props = { draft: Draft; headingRef: Ref<HTMLHeadingElement>; onBack: () => void };

export function Head({ draft, headingRef, onBack }: Props) {
  const { key, name, isNew } = draft;
  return (
    <ServerHead
      title={
        <>
          {!isNew && <ServerIcon server={servers.value.get(name)} />}
          {isNew ? editor.newServer : name}
        </>
      }
      headingRef={headingRef}
      onBack={onBack}
    >
      {!isNew && (
        <Menu
          label={editor.more}
          items={[
            { label: editor.rename, run: () => remember(key, { dialog: { kind: "rename" } }) },
            { label: editor.duplicate, run: () => remember(key, { dialog: { kind: "copy" } }) },
            ...exportItems(name),
            { label: editor.remove, run: (isByPointer) => removeServer(key, isByPointer), kind: "danger" },
          ]}
        />
      )}
    </ServerHead>
  );
}
