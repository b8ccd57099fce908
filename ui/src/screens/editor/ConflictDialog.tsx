/**
 * The three-way view: what somebody else changed, what I changed, and a choice where both did. Overwriting is a step
 * of its own, which lists what of theirs is lost.
 */
import { useState } from "preact/hooks";
import { type Change, type Merged, choose } from "../../model/merge.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { ConflictTable, type Side } from "./ConflictTable.tsx";
import { conflictRow, lost } from "./conflict-rows.ts";
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
    if (open.length > 0) setFault(`Choose for ${open.map(({ pointer }) => pointer).join(", ")} first.`);
    else onUse(choose(merged, new Map(choices)));
  }

  return (
    <>
      <Dialog
        title="Somebody else changed this server"
        width="wide"
        onClose={onClose}
        actions={
          <>
            <Button kind="primary" onPress={use}>
              {isOverlapping ? "Use these choices" : "Merge"}
            </Button>
            <Button onPress={onClose}>Cancel</Button>
            {lost(merged).length > 0 && (
              <Button kind="danger" onPress={() => setWarned(true)}>
                Overwrite…
              </Button>
            )}
          </>
        }
      >
        <p>{introduction(merged.conflicts)}</p>
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
          title="Overwrite their changes?"
          onClose={() => setWarned(false)}
          actions={
            <>
              <Button kind="danger" onPress={onOverwrite}>
                Overwrite
              </Button>
              <Button onPress={() => setWarned(false)}>Cancel</Button>
            </>
          }
        >
          <p>Your draft is saved at once, as it is. What they made of these members is lost; there is no way back to it:</p>
          <ul class="lost">
            {lost(merged).map(({ pointer, member, theirs }) => (
              <li key={pointer}>
                <code>{member}</code>: {theirs}
              </li>
            ))}
          </ul>
          <p>Secrets that you keep stay as they are stored now.</p>
        </Dialog>
      )}
    </>
  );
}

function rowsOf({ conflicts, taken, kept }: Merged) {
  const rows = (changes: Change[], outcome: Side | "choice") => changes.map((change) => ({ ...conflictRow(change), outcome }));
  return [...rows(conflicts, "choice"), ...rows(taken, "theirs"), ...rows(kept, "mine")];
}

function introduction(conflicts: Change[]): string {
  if (conflicts.length === 0) return "Your changes and theirs don't overlap. Merging changes only your draft; nothing is saved yet.";
  const [what, where] = conflicts.length === 1 ? ["One member was", "it"] : [`${conflicts.length} members were`, "each"];
  return `${what} changed by both of you. Choose whose to keep for ${where}. This changes only your draft; nothing is saved yet.`;
}
