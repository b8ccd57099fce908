/** What can be done with one server of the list. */
import { useState } from "preact/hooks";
import { may } from "../../api/session.ts";
import { isServerName } from "../../model/name.ts";
import { Menu, type MenuItem } from "../../parts/Menu.tsx";
import { type LiveServer, isWritable } from "../../state/live.ts";
import { removeLater } from "../../state/removal.ts";
import { go } from "../../state/route.ts";
import { RenameDialog } from "../editor/RenameDialog.tsx";
import { duplicate } from "../editor/duplicate.ts";

export function RowMenu({ server }: { server: LiveServer }) {
  const { name, etag, config } = server;
  const [isRenaming, setRenaming] = useState(false);
  const canWrite = isWritable.value && may("write") !== false;
  // A server in the file may have a name that no server could be given: all that the page can do is to remove it.
  const isNamed = isServerName(name) === null;
  const items: MenuItem[] = [];
  if (isNamed && config !== null) items.push({ label: "Edit", run: () => go({ screen: "editor", name }) });
  if (canWrite && isNamed) {
    items.push({ label: "Rename", run: () => setRenaming(true) });
    if (config !== null) items.push({ label: "Duplicate", run: () => void duplicate(name) });
  }
  // No path leads to the empty name.
  if (canWrite && name !== "") items.push({ label: "Remove", kind: "danger", run: () => removeLater(name, etag) });
  if (items.length === 0) return null;
  return (
    <>
      <Menu label={`More: ${name}`} items={items} />
      {isRenaming && (
        <RenameDialog name={name} etag={etag} onClose={() => setRenaming(false)} onRenamed={() => setRenaming(false)} />
      )}
    </>
  );
}
