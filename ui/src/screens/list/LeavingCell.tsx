/** What can be done with a server that is about to be removed. */
import { Button } from "../../parts/Button.tsx";
import { removeNow, undoRemoval } from "../../state/removal.ts";

export function LeavingCell({ name, isSent }: { name: string; isSent: boolean }) {
  if (isSent) return <span class="quiet">Removing…</span>;
  return (
    <span class="leaving-cell">
      <Button label={`Undo: ${name}`} onPress={() => undoRemoval(name)} isUndo>
        Undo
      </Button>
      <Button kind="quiet" label={`Remove now: ${name}`} onPress={() => void removeNow(name)}>
        Remove now
      </Button>
      <span class="quiet">Will be removed in a moment</span>
    </span>
  );
}
