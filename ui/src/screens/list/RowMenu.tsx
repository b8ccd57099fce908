/** What can be done with one server of the list. It is drawn only where servers can be written. */
import { isServerName } from "../../model/name.ts";
import { Menu, type MenuItem } from "../../parts/Menu.tsx";
import { isRunner } from "../../state/instances.ts";
import type { LiveServer } from "../../state/live.ts";
import { askForName } from "../../state/naming.ts";
import { removeLater } from "../../state/removal.ts";
import { go } from "../../state/route.ts";
import { list } from "../../texts.ts";
import { rowItemsFinder } from "../Drafting.tsx";

export function RowMenu({ server }: { server: LiveServer }) {
  const { name, etag, config } = server;
  // A server in the file may have a name that no server could be given: all that the page can do is to remove it.
  const find = rowItemsFinder();
  const isNamed = isServerName(name) === null;
  // No path leads to the empty name.
  if (name === "") return null;
  const items = (): MenuItem[] => {
    const remove: MenuItem = { label: list.remove, kind: "danger", run: (isByPointer) => removeLater(name, etag, isByPointer) };
    if (!isNamed) return [remove];
    return [
      // One that can't be read can be replaced there.
      { label: config === null ? list.replace : list.edit, run: () => go({ screen: "editor", name }) },
      { label: list.rename, run: () => askForName({ kind: "rename", name, etag }) },
      ...(config === null ? [] : [{ label: list.duplicate, run: () => askForName({ kind: "copy", name, etag }) }]),
      ...(find?.(server) ?? []),
      remove,
    ];
  };
  return <Menu label={list.more(name)} items={items} isWhole={find !== null && isRunner.value !== null} />;
}
