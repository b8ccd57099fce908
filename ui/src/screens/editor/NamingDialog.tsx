/** Asks for a name that a server is to get, and for nothing else; what is wrong with it is said where it is typed. */
import { useRef, useState } from "preact/hooks";
import type { Result, Shown } from "../../api/servers.ts";
import { isServerName } from "../../model/name.ts";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { TextField } from "../../parts/Field.tsx";
import { NAME_WAITS, isWaiting } from "../../state/drafts.ts";
import { servers } from "../../state/live.ts";
import { pending } from "../../state/pending.ts";
import { naming } from "../../texts.ts";
import { whyNot } from "./why-not.ts";

type Props = {
  title: string;
  /** What the button says. */
  verb: string;
  hint: string;
  /** The name to begin with. */
  suggestion: string;
  /** The name that the server has. */
  own: string;
  /** What is said of its own name. */
  isOwn: string;
  /** What the request is called while it takes its time. */
  doing: string;
  /** What is said where somebody else has changed the server, and where it is gone. */
  overtaken: string;
  missing: string;
  /** What happened to the server, where it is gone already. */
  gone: string | null;
  send: (to: string) => Promise<Result<Shown>>;
  onDone: (to: string, shown: Shown) => void;
  onClose: () => void;
};

export function NamingDialog({ title, verb, hint, suggestion, own, isOwn, doing, overtaken, missing, gone, send, onDone, onClose }: Props) {
  const [to, setTo] = useState(suggestion);
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const isSent = useRef(false);

  async function submit() {
    if (isSent.current) return;
    const taken = servers.peek().has(to) ? naming.taken : isWaiting(to, own) ? NAME_WAITS : null;
    const wrong = to === own ? isOwn : (isServerName(to) ?? taken);
    setFault(gone === null ? wrong : missing);
    if (gone !== null || wrong !== null) return;
    isSent.current = true;
    setBusy(true);
    const answer = await pending(doing, send(to));
    isSent.current = false;
    setBusy(false);
    if ("ok" in answer) onDone(to, answer.ok);
    else {
      const words = new Map([
        ["/problems/unknown-server", missing],
        ["/problems/name-taken", naming.taken],
        ["/problems/precondition-failed", overtaken],
      ]);
      setFault(("problem" in answer ? words.get(answer.problem.type) : undefined) ?? whyNot(answer, "rename"));
    }
  }

  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button kind="primary" isBusy={isBusy} onPress={() => void submit()}>
            {verb}
          </Button>
          <Button onPress={onClose}>{naming.cancel}</Button>
        </>
      }
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {/* While a request is under way it may be what that has done. */}
        {gone !== null && !isBusy && (
          <Banner kind="alert" tone="warning">
            {gone}
          </Banner>
        )}
        <TextField
          label={naming.label}
          hint={hint}
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
