/** Gives a server another name, under the condition that nobody has changed it meanwhile. Its secrets stay. */
import { type Shown, rename } from "../../api/servers.ts";
import { noteOwnWrite } from "../../state/live.ts";
import { focusRow } from "../../state/row-focus.ts";
import { toast } from "../../state/toasts.ts";
import { naming } from "../../texts.ts";
import { NamingDialog } from "./NamingDialog.tsx";

type Props = {
  name: string;
  /** The tag of what is to be renamed. */
  etag: string;
  /** Where the server is gone: what happened to it. */
  gone?: string | null;
  onClose: () => void;
  onRenamed: (shown: Shown) => void;
};

export function RenameDialog({ name, etag, gone = null, onClose, onRenamed }: Props) {
  return (
    <NamingDialog
      title={naming.renaming(name)}
      verb={naming.rename}
      hint={naming.renameHint}
      suggestion={name}
      own={name}
      isOwn={naming.sameName}
      doing={naming.renamingNow(name)}
      overtaken={naming.renameOvertaken}
      missing={naming.renameMissing}
      gone={gone}
      send={(to) => rename(name, to, etag)}
      onDone={(to, shown) => {
        noteOwnWrite(to, { over: null, etag: shown.etag }, shown);
        noteOwnWrite(name, { over: etag, etag: null });
        toast({ text: naming.renamed(name, to), kind: "done" });
        focusRow(to);
        onRenamed(shown);
      }}
      onClose={onClose}
    />
  );
}
