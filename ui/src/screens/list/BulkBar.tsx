/** What can be done with the selected servers, and the way back of what was removed together. It stays in sight. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { may } from "../../api/session.ts";
import { needsApproval } from "../../model/running.ts";
import { Button } from "../../parts/Button.tsx";
import { useBar } from "../../parts/bar.ts";
import { enableAll } from "../../state/bulk.ts";
import { exportOf } from "../../state/exporting.ts";
import { statuses } from "../../state/instances.ts";
import { servers } from "../../state/live.ts";
import { leavingTogether, removeNow, removeTogether, undoRemoval } from "../../state/removal.ts";
import { focusRow } from "../../state/row-focus.ts";
import { clearSelection, selection } from "../../state/selection.ts";
import { bulk } from "../../texts.ts";
import { Approving } from "../Drafting.tsx";

/** `shown`: the servers that the list shows now. */
export function BulkBar({ shown }: { shown: readonly string[] }) {
  const names = [...selection.value];
  const together = leavingTogether.value;
  const [isApproving, setApproving] = useState(false);
  const unapproved = names.filter((name) => {
    const status = statuses.value.get(name);
    return status !== undefined && needsApproval(status);
  });
  const undo = useRef<HTMLButtonElement>(null);
  const isUndoWanted = useRef(false);
  useLayoutEffect(() => {
    if (!isUndoWanted.current) return;
    isUndoWanted.current = false;
    undo.current?.focus();
  }, [together]);
  const bar = useRef<HTMLElement>(null);
  const isShown = names.length > 0 || together !== null;
  useBar(bar, isShown);
  if (!isShown) return null;
  const hidden = names.filter((name) => !shown.includes(name)).length;
  const removeAll = () => {
    isUndoWanted.current = true;
    removeTogether(names.flatMap((name) => servers.peek().get(name) ?? []));
    clearSelection();
  };
  return (
    <section ref={bar} class="bulk" aria-label={bulk.region}>
      {together !== null && (
        <div
          class="bulk-line"
          onMouseEnter={() => together.countdown.hold()}
          onMouseLeave={() => together.countdown.resume()}
          onFocusIn={({ target }) => {
            // The focus that the way back gets after a click is not somebody who is at it.
            if ((target as Element).matches(":focus-visible")) together.countdown.hold();
          }}
          onFocusOut={() => together.countdown.resume()}
        >
          <p>{bulk.willBeRemoved(together.names.length)}</p>
          <Button onPress={() => undoRemoval(...together.names)} isUndo buttonRef={undo}>
            {bulk.undo}
          </Button>
          <Button kind="quiet" onPress={() => void removeNow(...together.names)}>
            {bulk.removeNow}
          </Button>
        </div>
      )}
      {names.length > 0 && (
        <div class="bulk-line">
          <p role="status">
            {bulk.selected(names.length)}
            {hidden > 0 && <span class="quiet"> ({bulk.hidden(hidden)})</span>}
          </p>
          <Button onPress={() => void enableAll(names, true)}>{bulk.enable}</Button>
          <Button onPress={() => void enableAll(names, false)}>{bulk.disable}</Button>
          {unapproved.length > 0 && may("run") === true && <Button onPress={() => setApproving(true)}>{bulk.approve}</Button>}
          <Button onPress={() => exportOf(names)}>{bulk.export}</Button>
          <Button kind="danger" onPress={removeAll}>
            {bulk.remove}
          </Button>
          <Button
            kind="quiet"
            onPress={() => {
              clearSelection();
              focusRow(names.at(-1) ?? "");
            }}
          >
            {bulk.clear}
          </Button>
        </div>
      )}
      {isApproving && <Approving names={unapproved} onClose={() => setApproving(false)} />}
    </section>
  );
}
