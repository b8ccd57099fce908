/** What a server's program writes to stderr. It stays at its end while the reader is there. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LogLine } from "../../api/instances.ts";
import { Button } from "../../parts/Button.tsx";
import { statusOf } from "../../state/instances.ts";
import { running } from "../../texts.ts";
import { logTexts as texts } from "../../texts-running.ts";
import { useLog } from "./log.ts";

/** So far from the end counts as being there. */
const NEAR = 24;

export function Log({ name }: { name: string }) {
  const { parts, state } = useLog(name);
  const status = statusOf(name);
  const [isAtEnd, setAtEnd] = useState(true);
  const box = useRef<HTMLDivElement>(null);
  const toEnd = () => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (isAtEnd) toEnd();
  }, [parts, isAtEnd]);
  const number = parts.reduce((sum, part) => sum + part.length, 0);
  const isRunning = status !== null && ["running", "starting", "stopping"].includes(status.state);
  return (
    <section class="running" aria-label={running.views.log}>
      <div class="verdict">
        <p role="status">
          {state === "refused" ? texts.refused : state === "opening" ? texts.opening : state === "following" || isRunning ? texts.following : texts.ended}
        </p>
        {!isAtEnd && (
          <Button
            onPress={() => {
              setAtEnd(true);
              box.current?.focus();
            }}
          >
            {texts.toEnd}
          </Button>
        )}
      </div>
      {number === 0 ? (
        state !== "refused" && <p class="field-hint">{isRunning ? texts.noneYet : texts.none}</p>
      ) : (
        <div
          class="output log"
          ref={box}
          tabIndex={0}
          role="log"
          aria-live="off"
          aria-label={texts.linesOf(name)}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR)}
        >
          {parts.map((lines, index) => (
            <div key={index}>
              {index > 0 && <p class="log-mark">{texts.startedAgain}</p>}
              {lines.map((line, at) => (
                <Line key={at} line={line} />
              ))}
            </div>
          ))}
        </div>
      )}
      <p class="field-hint">{texts.redacted}</p>
    </section>
  );
}

function Line({ line: { at_ms, text } }: { line: LogLine }) {
  const at = new Date(at_ms);
  return (
    <div class="log-line">
      <time dateTime={at.toISOString()}>{clock.format(at)}</time> <span dir="auto">{text}</span>
    </div>
  );
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
