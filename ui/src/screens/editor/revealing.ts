/**
 * Asks for one stored secret, outside the draft, and keeps it for a while. The service writes down that somebody looked. It
 * forgets the value when it is hidden, when time is up, when the editor is left or the reader is signed out, and when
 * something else is stored.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { reveal } from "../../api/servers.ts";
import { may, session } from "../../api/session.ts";
import { pending } from "../../state/pending.ts";
import { toast } from "../../state/toasts.ts";
import { secrets } from "../../texts-editing.ts";
import { focusNamed } from "./focus.ts";
import { whyNot } from "./why-not.ts";

const SHOWN_FOR_MS = 30_000;

export type Revealing = {
  /** The value; null while it is hidden. */
  text: string | null;
  /** What is to be said of the last attempt; empty where nothing is. */
  said: string;
  /** Whether there is anything to press. A refusal is said where it was met, and ends it. */
  isAllowed: boolean;
  show: () => void;
  copy: () => void;
  hide: () => void;
};

/** `tag`: the state that is shown. `opener`: the `data-focus` of what the focus goes back to. */
export type Place = { server: string; at: string; label: string; tag: string | undefined; opener: string };

export function useRevealing({ server, at, label, tag, opener }: Place): Revealing {
  const [text, setText] = useState<string | null>(null);
  const [said, setSaid] = useState("");
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
    const timer = setTimeout(() => {
      const wasAtIt = document.activeElement?.closest("[data-revealed]") !== null;
      setText(null);
      setSaid(secrets.hiddenAgain(label));
      if (wasAtIt) goBack();
    }, SHOWN_FOR_MS);
    return () => clearTimeout(timer);
  }, [text, label]);

  function goBack() {
    requestAnimationFrame(() => focusNamed(opener));
  }

  async function ask(use: (value: string) => void) {
    setSaid("");
    const answer = await pending(secrets.asking(label), reveal(server, at));
    if (!isHere.current) return;
    if ("ok" in answer) use(answer.ok);
    else {
      setSaid(whyNot(answer, "reveal"));
      goBack();
    }
  }

  async function copy(value: string) {
    try {
      await navigator.clipboard.writeText(value);
      toast({ text: secrets.copied(label), kind: "done" });
    } catch {
      // Without TLS, or without the permission, it is shown to be copied by hand.
      if (!isHere.current) return;
      setSaid(secrets.copyYourself);
      setText(value);
    }
  }

  return {
    text,
    said,
    isAllowed: may("reveal") !== false,
    show: () => void ask(setText),
    copy: () => void ask((value) => void copy(value)),
    hide: () => {
      setText(null);
      goBack();
    },
  };
}
