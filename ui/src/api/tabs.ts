/**
 * The key of a session, as the tabs of one browser share it: each keeps it for its own reloads, hands it to a tab that has
 * none, and says to the others when it ends. It does not know what a key is good for.
 */
import { keep, kept, nameHere } from "./kept.ts";

/** Where the key is stored, and the channel between the tabs. */
const NAME = nameHere("session");

/** How long a new tab waits for one that has a key. */
const PATIENCE_MS = 300;

/** What tabs say to each other. */
type Message = { ask: true } | { key: string } | { ended: string };

export type TabListener = {
  /** The key that this tab may hand on. */
  own: () => string | null;
  /** Another tab has a key. */
  offered: (key: string) => void;
  /** A key is no longer good. */
  ended: (key: string) => void;
};

let channel: BroadcastChannel | null = null;

let awaited: ((key: string) => void) | null = null;

/** Answers the other tabs from now on. Before, this tab says nothing to them. */
export function listenToTabs(listener: TabListener): void {
  if (typeof BroadcastChannel === "undefined") return;
  channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if ("ask" in data) {
      const key = listener.own();
      if (key !== null) offerKey(key);
    } else if ("key" in data) {
      if (awaited === null) listener.offered(data.key);
      else awaited(data.key);
    } else {
      listener.ended(data.ended);
    }
  });
}

/** The key that another tab has; null where none answers in time. */
export function askTabs(): Promise<string | null> {
  return new Promise((resolve) => {
    const answer = (key: string | null) => {
      awaited = null;
      resolve(key);
    };
    awaited = answer;
    window.setTimeout(() => answer(null), channel === null ? 0 : PATIENCE_MS);
    say({ ask: true });
  });
}

export function offerKey(key: string): void {
  say({ key });
}

export function tellEnded(key: string): void {
  say({ ended: key });
}

/** The key that this tab had before it was reloaded. */
export function storedKey(): string | null {
  return kept("tab", NAME);
}

export function storeKey(key: string): void {
  keep("tab", NAME, key);
}

/** Forgets this key, if it is the one that is stored. */
export function forgetKey(key: string): void {
  if (storedKey() === key) keep("tab", NAME, null);
}

function say(message: Message): void {
  channel?.postMessage(message);
}
