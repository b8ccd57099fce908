/** Gives a server another name, under the condition that nobody has changed it meanwhile. Its secrets stay. */
import { useRef, useState } from "preact/hooks";
import { type Shown, rename } from "../../api/servers.ts";
import { isServerName } from "../../model/name.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { TextField } from "../../parts/Field.tsx";
import { NAME_WAITS, isWaiting } from "../../state/drafts.ts";
import { noteOwnWrite, servers } from "../../state/live.ts";
import { pending } from "../../state/pending.ts";
import { focusRow } from "../../state/row-focus.ts";
import { toast } from "../../state/toasts.ts";
import { type Failure, whyNot } from "./why-not.ts";

type Props = {
  name: string;
  /** The tag of what is to be renamed. */
  etag: string;
  onClose: () => void;
  onRenamed: (shown: Shown) => void;
};

export function RenameDialog({ name, etag, onClose, onRenamed }: Props) {
  const [to, setTo] = useState(name);
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isSent = useRef(false);

  async function submit() {
    if (isSent.current) return;
    const taken = servers.peek().has(to) ? TAKEN : isWaiting(to, name) ? NAME_WAITS : null;
    const wrong = to === name ? "That is its name already." : (isServerName(to) ?? taken);
    setFault(wrong);
    if (wrong !== null) return;
    isSent.current = true;
    setBusy(true);
    const answer = await pending(`Renaming ${name}`, rename(name, to, etag));
    isSent.current = false;
    setBusy(false);
    if ("ok" in answer) {
      noteOwnWrite(to, { over: null, etag: answer.ok.etag }, answer.ok);
      noteOwnWrite(name, { over: etag, etag: null });
      toast({ text: `${name} was renamed to ${to}`, kind: "done" });
      focusRow(to);
      onRenamed(answer.ok);
    } else {
      setFault(wordsFor(answer) ?? whyNot(answer, "rename"));
    }
  }

  return (
    <Dialog
      title={`Rename ${name}`}
      onClose={onClose}
      actions={
        <>
          <Button kind="primary" isBusy={isBusy} onPress={() => void submit()}>
            Rename
          </Button>
          <Button onPress={onClose}>Cancel</Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label="New name"
          hint="Letters A to Z, digits, and _ . @ : - . Its secrets stay with it."
          value={to}
          error={fault}
          onText={(text) => {
            setTo(text);
            setFault(null);
          }}
        />
      </form>
    </Dialog>
  );
}

const TAKEN = "There is a server of this name already.";

const OWN_WORDS = new Map([
  ["/problems/unknown-server", "There is no server of the old name any more."],
  ["/problems/name-taken", TAKEN],
  ["/problems/precondition-failed", "Somebody else changed this server meanwhile. Close this, look at the change, and rename it then."],
]);

function wordsFor(failure: Failure): string | undefined {
  return "problem" in failure ? OWN_WORDS.get(failure.problem.type) : undefined;
}
