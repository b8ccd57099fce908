/** What a server's program writes to stderr. It is searched, and stays at its end while the reader is there. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LogLine } from "../../api/instances.ts";
import { Button } from "../../parts/Button.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { statusOf } from "../../state/instances.ts";
import { useKeys } from "../../state/keys.ts";
import { running } from "../../texts.ts";
import { logTexts as texts } from "../../texts-running.ts";
import { linesIn, searched } from "./log-parts.ts";
import { useLog } from "./log.ts";

/** So far from the end counts as being there. */
const NEAR = 24;

export function Log({ name }: { name: string }) {
  const { parts, state } = useLog(name);
  const status = statusOf(name);
  const [isAtEnd, setAtEnd] = useState(true);
  const [words, setWords] = useState("");
  const search = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const toEnd = () => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (isAtEnd) toEnd();
  }, [parts, isAtEnd, words]);
  useKeys([{ keys: "/", what: texts.searchKey, run: () => search.current?.focus() }]);
  const number = linesIn(parts);
  const found = searched(parts, words);
  const isRunning = status !== null && ["running", "starting", "stopping"].includes(status.state);
  return (
    <section class="running" aria-label={running.views.log}>
      <p role="status">
        {state === "refused" ? texts.refused : state === "opening" ? texts.opening : state === "following" || isRunning ? texts.following : texts.ended}
      </p>
      {number > 0 && (
        <div class="tool-bar" role="search">
          <SearchField label={texts.search} words={words} inputRef={search} onWords={setWords} onEnter={() => box.current?.focus()} />
          <p class="list-count" role="status">
            {texts.shown(linesIn(found), number)}
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
      )}
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
          {found.length === 0 && <p class="field-hint">{texts.noMatch}</p>}
          {found.map((lines, index) => (
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
