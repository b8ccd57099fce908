/** Stores a copy of a server under another name. The service makes it, so that secrets are copied without being seen. */
import { copy } from "../../api/servers.ts";
import { freeName } from "../../model/suggest-name.ts";
import { noteOwnWrite, servers } from "../../state/live.ts";
import { go } from "../../state/route.ts";
import { focusRow } from "../../state/row-focus.ts";
import { toast } from "../../state/toasts.ts";
import { naming } from "../../texts.ts";
import { NamingDialog } from "./NamingDialog.tsx";

type Props = {
  name: string;
  /** The tag of what is to be copied. */
  etag: string;
  /** Whether there are changes that are not saved, and so not copied. */
  isChanged: boolean;
  /** Where the server is gone: what happened to it. */
  gone?: string | null;
  onClose: () => void;
};

export function CopyDialog({ name, etag, isChanged, gone = null, onClose }: Props) {
  return (
    <NamingDialog
      title={naming.copying(name)}
      verb={naming.copy}
      hint={isChanged ? naming.copyHintChanged : naming.copyHint}
      suggestion={freeName(`${name}-copy`, (other) => servers.peek().has(other))}
      own={name}
      isOwn={naming.taken}
      doing={naming.copyingNow(name)}
      overtaken={naming.copyOvertaken}
      missing={naming.copyMissing}
      gone={gone}
      send={(to) => copy(name, to, etag)}
      onDone={(to, shown) => {
        noteOwnWrite(to, { over: null, etag: shown.etag }, shown);
        toast({ text: naming.copied(name, to), kind: "done", action: { label: naming.open, run: () => go({ screen: "editor", name: to }) } });
        onClose();
        // The dialog gives the focus back to what it was opened from, and the copy is what one goes on with.
        requestAnimationFrame(() => focusRow(to));
      }}
      onClose={onClose}
    />
  );
}
