/** Asks before something that can't be taken back. */
import type { ComponentChildren } from "preact";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { editor } from "../../texts-editing.ts";

type Props = { title: string; yes: string; children: ComponentChildren; onYes: () => void; onNo: () => void };

export function AskDialog({ title, yes, children, onYes, onNo }: Props) {
  return (
    <Dialog
      title={title}
      onClose={onNo}
      actions={
        <>
          <Button kind="danger" onPress={onYes}>
            {yes}
          </Button>
          <Button onPress={onNo}>{editor.cancel}</Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
