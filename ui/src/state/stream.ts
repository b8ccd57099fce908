/**
 * Keeps a stream of changes open: opens it again where it ends, later and later while nobody answers, and rests while
 * nobody looks. It does not know what the events mean.
 */
import { EventsGone, EventsRefused, type StreamEvent, openEvents } from "../api/events.ts";
import { authHeaders } from "../api/session.ts";

export type Listener = {
  event: (event: StreamEvent) => void;
  /** The missed events are no longer kept: the next stream is a new one. */
  gone: () => void;
  /** There is no stream; so many attempts in a row have failed. */
  lost: (attempts: number) => void;
  /** The service answers, but not with a stream. */
  refused: (refusal: EventsRefused, sent: Record<string, string>) => void;
};

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;
/** A browser gives one host six connections: a tab that nobody sees gives its own back. */
const HIDDEN_FOR_MS = 60_000;

export type Following = {
  stop: () => void;
  /** Something speaks for trying again at once. */
  hurry: () => void;
};

/** Follows the stream until it is stopped. */
export function follow(listener: Listener): Following {
  const stopping = new AbortController();
  const { signal } = stopping;
  let connection: AbortController | null = null;
  let isResting = false;
  let wake = () => {};
  let hiding: number | undefined;

  const look = () => {
    window.clearTimeout(hiding);
    if (document.hidden) {
      hiding = window.setTimeout(() => {
        isResting = true;
        connection?.abort();
      }, HIDDEN_FOR_MS);
    } else {
      isResting = false;
      wake();
    }
  };
  addEventListener("online", () => wake(), { signal });
  document.addEventListener("visibilitychange", look, { signal });
  look();

  /** Waits, or until something speaks for trying again. */
  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = milliseconds === Number.POSITIVE_INFINITY ? undefined : window.setTimeout(resolve, milliseconds);
      wake = () => {
        window.clearTimeout(timer);
        resolve();
      };
    });

  const run = async () => {
    let lastEventId: string | undefined;
    let attempts = 0;
    while (!signal.aborted) {
      if (isResting) {
        listener.lost(0);
        await pause(Number.POSITIVE_INFINITY);
        continue;
      }
      connection = new AbortController();
      const headers = authHeaders();
      let wait = Math.min(FIRST_WAIT_MS * 2 ** attempts, LONGEST_WAIT_MS);
      try {
        const resume = lastEventId === undefined ? {} : { lastEventId };
        for await (const event of openEvents({ headers, ...resume, signal: connection.signal })) {
          if (signal.aborted) return;
          lastEventId = event.id ?? lastEventId;
          attempts = 0;
          wait = FIRST_WAIT_MS;
          listener.event(event);
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof EventsGone && lastEventId !== undefined) {
          lastEventId = undefined;
          listener.gone();
          continue;
        }
        if (error instanceof EventsRefused) {
          listener.refused(error, headers);
          attempts += 1;
          await pause(wait);
          continue;
        }
      }
      if (signal.aborted) return;
      if (isResting) continue;
      attempts += 1;
      listener.lost(attempts);
      await pause(wait);
    }
  };
  void run();

  return {
    stop: () => {
      stopping.abort();
      connection?.abort();
      window.clearTimeout(hiding);
      wake();
    },
    hurry: () => {
      if (!isResting) wake();
    },
  };
}
