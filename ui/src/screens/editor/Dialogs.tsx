/** The dialogs of the editor, of which one is open at a time. */
import type { Draft } from "../../state/drafts.ts";
import { editor } from "../../texts-editing.ts";
import { AskDialog } from "./AskDialog.tsx";
import { ConflictDialog } from "./ConflictDialog.tsx";
import { CopyDialog } from "./CopyDialog.tsx";
import { RenameDialog } from "./RenameDialog.tsx";
import { overwrite, renamed, takeChoices } from "./flows.ts";
import { memoryOf, remember } from "./memory.ts";
import { hasChanges } from "./raw.ts";

type Props = { draft: Draft; schema: unknown; onSaving: (saving: Promise<boolean>) => void; onDiscard: () => void };

export function Dialogs({ draft, schema, onSaving, onDiscard }: Props) {
  const { key, name, base } = draft;
  const { dialog } = memoryOf(key);
  const close = () => remember(key, { dialog: null });
  switch (dialog?.kind) {
    case undefined:
      return null;
    case "dispute":
      return (
        <ConflictDialog
          dispute={dialog.dispute}
          onUse={(config) => takeChoices(key, dialog.dispute, config)}
          onOverwrite={() => onSaving(overwrite(key, dialog.dispute, schema))}
          onClose={close}
        />
      );
    case "rename":
      return base === null ? null : (
        <RenameDialog name={name} etag={base.etag} onClose={close} onRenamed={(shown) => renamed(key, shown)} />
      );
    case "copy":
      return base === null ? null : <CopyDialog name={name} etag={base.etag} isChanged={hasChanges(draft)} onClose={close} />;
    case "discard":
      return (
        <AskDialog title={editor.discardTitle} yes={editor.discard} onYes={onDiscard} onNo={close}>
          <p>{editor.discardWhat}</p>
        </AskDialog>
      );
  }
}
