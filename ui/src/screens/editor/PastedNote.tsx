/** Says what was taken out of a pasted text, and takes it back. */
import { Button } from "../../parts/Button.tsx";
import { editor } from "../../texts-editing.ts";
import { useEditing } from "./editing.ts";
import { canUndo, undoPaste } from "./pasting.ts";

export function PastedNote({ member }: { member: string }) {
  const { draft, memory } = useEditing();
  const isHere = memory.pasted?.member === member && canUndo(draft.key);
  return (
    <div role="status" class="pasted">
      {isHere && (
        <>
          <span>{memory.pasted?.said}</span>
          <Button kind="quiet" onPress={() => undoPaste(draft.key)}>
            {editor.undo}
          </Button>
        </>
      )}
    </div>
  );
}
