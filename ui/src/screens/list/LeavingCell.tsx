/** What can be done with a server that is about to be removed. */
import { Button } from "../../parts/Button.tsx";
import { removeNow, undoRemoval } from "../../state/removal.ts";
import { list } from "../../texts.ts";

export function LeavingCell({ name, isSent }: { name: string; isSent: boolean }) {
  if (isSent) return <span class="quiet">{list.removing}</span>;
  return (
    <span class="leaving-cell">
      <Button label={list.undoNamed(name)} onPress={() => undoRemoval(name)} isUndo>
        {list.undo}
      </Button>
      <Button kind="quiet" label={list.removeNowNamed(name)} onPress={() => void removeNow(name)}>
        {list.removeNow}
      </Button>
    </span>
  );
}
