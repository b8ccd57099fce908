/**
 * The three-way view: what somebody else changed, what I changed, and a choice where both did. Overwriting is a step
 * of its own, which lists what of theirs is lost.
 */
import { useState } from "preact/hooks";
import { type Change, type Merged, choose } from "../../model/merge.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { conflict, editor } from "../../texts-editing.ts";
import { ConflictTable, type Side } from "./ConflictTable.tsx";
import { conflictRow, lost } from "./conflict-rows.ts";
import { labelOf } from "./faults.ts";
import type { Dispute } from "./merging.ts";
import type { JsonObject } from "../../json/value.ts";

type Props = {
  dispute: Dispute;
  onUse: (config: JsonObject) => void;
  onOverwrite: () => void;
  onClose: () => void;
};

export function ConflictDialog({ dispute, onUse, onOverwrite, onClose }: Props) {
  const { merged } = dispute;
  const [choices, setChoices] = useState<ReadonlyMap<string, Side>>(new Map());
  const [isWarned, setWarned] = useState(false);
  const [fault, setFault] = useState("");
  const open = merged.conflicts.filter(({ pointer }) => !choices.has(pointer));
  const isOverlapping = merged.conflicts.length > 0;

  function use() {
    if (open.length > 0) setFault(conflict.chooseFirst(open.map(({ pointer }) => labelOf(pointer))));
    else onUse(choose(merged, new Map(choices)));
  }

  return (
    <>
      <Dialog
        title={conflict.title}
        width="wide"
        onClose={onClose}
        actions={
          <>
            <Button kind="primary" onPress={use}>
              {isOverlapping ? conflict.useChoices : conflict.merge}
            </Button>
            <Button onPress={onClose}>{editor.cancel}</Button>
            {lost(merged).length > 0 && (
              <Button kind="danger" onPress={() => setWarned(true)}>
                {conflict.overwriteAsk}
              </Button>
            )}
          </>
        }
      >
        <p>{isOverlapping ? conflict.overlapping(merged.conflicts.length) : conflict.disjoint}</p>
        <ConflictTable
          rows={rowsOf(merged)}
          choices={choices}
          onChoose={(pointer, side) => {
            setChoices(new Map(choices).set(pointer, side));
            setFault("");
          }}
        />
        <p role="alert" class="field-error">
          {fault}
        </p>
      </Dialog>
      {isWarned && (
        <Dialog
          title={conflict.overwriteTitle}
          onClose={() => setWarned(false)}
          actions={
            <>
              <Button kind="danger" onPress={onOverwrite}>
                {conflict.overwrite}
              </Button>
              <Button onPress={() => setWarned(false)}>{editor.cancel}</Button>
            </>
          }
        >
          <p>{conflict.overwriteWhat}</p>
          <ul class="lost">
            {lost(merged).map(({ pointer, member, theirs }) => (
              <li key={pointer}>
                <strong dir="auto">{member}</strong>: {theirs}
              </li>
            ))}
          </ul>
          <p>{conflict.overwriteSecrets}</p>
        </Dialog>
      )}
    </>
  );
}

function rowsOf({ conflicts, taken, kept }: Merged) {
  const rows = (changes: Change[], outcome: Side | "choice") => changes.map((change) => ({ ...conflictRow(change), outcome }));
  return [...rows(conflicts, "choice"), ...rows(taken, "theirs"), ...rows(kept, "mine")];
}
