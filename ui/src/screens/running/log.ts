/**
 * What a server's program writes, as it comes. A program that was started again has a log of its own, which follows behind a mark.
 * The stream is opened again where the state of the instance changes, and where the connection was lost.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { EventsRefused } from "../../api/events.ts";
import { type LogLine, followLog } from "../../api/instances.ts";
import { authHeaders } from "../../api/session.ts";
import { statusOf } from "../../state/instances.ts";
import { connection } from "../../state/live.ts";
import { type Part, joined } from "./log-parts.ts";

export type Followed = { parts: readonly Part[]; state: "opening" | "following" | "ended" | "refused" };

/** How often lines that came are drawn. */
const DRAW_MS = 100;

export function useLog(name: string): Followed {
  const [followed, setFollowed] = useState<Followed>({ parts: [], state: "opening" });
  const status = statusOf(name);
  const isLive = connection.value.state === "live";
  const current = useRef<AbortController | null>(null);
  const parts = useRef<readonly Part[]>([]);

  useEffect(() => {
    if (!isLive) {
      // A tab that nobody sees gives its connections back, and one that was cut may not know it yet.
      current.current?.abort();
      current.current = null;
    }
    // What is being read goes on: it ends by itself where its program does.
    if (!isLive || current.current !== null) return;
    const own = new AbortController();
    current.current = own;
    void (async () => {
      let fresh: LogLine[] = [];
      let isFirst = true;
      const draw = (state: Followed["state"]) => {
        if (fresh.length > 0) parts.current = joined(parts.current, fresh, isFirst);
        if (fresh.length > 0) isFirst = false;
        fresh = [];
        setFollowed({ parts: parts.current, state });
      };
      let timer: number | undefined;
      try {
        for await (const line of followLog(name, { headers: authHeaders(), signal: own.signal })) {
          fresh.push(line);
          timer ??= window.setTimeout(() => {
            timer = undefined;
            draw("following");
          }, DRAW_MS);
        }
        window.clearTimeout(timer);
        draw("ended");
      } catch (error) {
        window.clearTimeout(timer);
        if (!own.signal.aborted) draw(error instanceof EventsRefused ? "refused" : "ended");
      }
      if (current.current === own) current.current = null;
    })();
  }, [status, isLive]);
  useEffect(
    () => () => {
      current.current?.abort();
    },
    [],
  );
  return followed;
}
