/** The dialog in which a server of the list gets another name, or its copy one. Where the server goes meanwhile it stays, and says so. */
import { useEffect } from "preact/hooks";
import { changedSince, servers } from "../../state/live.ts";
import { endNaming, named } from "../../state/naming.ts";
import { naming } from "../../texts.ts";
import { CopyDialog } from "../editor/CopyDialog.tsx";
import { RenameDialog } from "../editor/RenameDialog.tsx";

export function Naming() {
  useEffect(() => endNaming, []);
  const { value } = named;
  if (value === null) return null;
  const { kind, name } = value;
  const server = servers.value.get(name);
  const etag = server?.etag ?? value.etag;
  const gone = server === undefined ? goneText(name, etag) : null;
  return kind === "rename" ? (
    <RenameDialog name={name} etag={etag} gone={gone} onClose={endNaming} onRenamed={endNaming} />
  ) : (
    <CopyDialog name={name} etag={etag} gone={gone} isChanged={false} onClose={endNaming} />
  );
}

function goneText(name: string, etag: string): string {
  const { renamedTo } = changedSince(name, etag);
  return renamedTo === null ? naming.wasRemoved(name) : naming.wasRenamed(name, renamedTo);
}
