/**
 * Shows one stored secret for a while, outside the draft, if the user may see it. The service writes down that
 * somebody looked. It forgets the value when it is hidden, when time is up, when the editor is left or the reader is signed
 * out, and when something else is stored.
 */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { reveal } from "../../api/servers.ts";
import { may, session } from "../../api/session.ts";
import { Button } from "../../parts/Button.tsx";
import { LEAVE_ALONE } from "../../parts/Field.tsx";
import { pending } from "../../state/pending.ts";
import { whyNot } from "./why-not.ts";

const SHOWN_FOR_MS = 30_000;

/** `tag`: the state that is shown. */
type Props = { server: string; at: string; label: string; tag: string | undefined };

export function Reveal({ server, at, label, tag }: Props) {
  const id = useId();
  const [text, setText] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const status = useRef<HTMLSpanElement>(null);
  const isHere = useRef(true);

  const isSignedOut = session.value.state === "signed-out";

  useEffect(
    () => () => {
      isHere.current = false;
    },
    [],
  );
  useEffect(() => setText(null), [tag, isSignedOut]);
  useEffect(() => {
    if (text === null) return;
    field.current?.focus();
    const timer = setTimeout(() => {
      setText(null);
      setSaid(`${label} is hidden again.`);
    }, SHOWN_FOR_MS);
    return () => clearTimeout(timer);
  }, [text, label]);

  const isAllowed = may("reveal") !== false;
  // A refusal is said where it was met; elsewhere there is nothing to press any more.
  if (!isAllowed && said === "") return null;

  async function show() {
    setSaid("");
    const answer = await pending(`Asking for ${label}`, reveal(server, at));
    if (!isHere.current) return;
    if ("ok" in answer) setText(answer.ok);
    else {
      setSaid(whyNot(answer, "reveal"));
      requestAnimationFrame(() => (button.current ?? status.current)?.focus());
    }
  }

  function hide() {
    setText(null);
    requestAnimationFrame(() => button.current?.focus());
  }

  return (
    <span class="reveal">
      {text === null && isAllowed && (
        <Button kind="quiet" icon="reveal" label={`Reveal ${label}`} onPress={() => void show()} buttonRef={button}>
          Reveal
        </Button>
      )}
      {text !== null && (
        <>
          <input
            {...LEAVE_ALONE}
            ref={field}
            type="text"
            class="code"
            readOnly
            value={text}
            aria-label={`Stored value of ${label}`}
            aria-describedby={id}
            autocomplete="off"
          />
          <Button kind="quiet" label={`Hide ${label}`} onPress={hide}>
            Hide
          </Button>
          <span id={id} class="field-hint">
            Shown for 30 s. The service has noted that it was read.
          </span>
        </>
      )}
      <span role="status" class="field-hint" ref={status} tabIndex={-1}>
        {said}
      </span>
    </span>
  );
}
