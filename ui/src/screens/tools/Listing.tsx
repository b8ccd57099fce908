/** A list that a server offers: searched, with its age and why it may be another now. What one entry says is drawn by who knows it. */
import type { ComponentChildren, VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Frame } from "../../api/listed.ts";
import { isOf } from "../../api/problem.ts";
import { may } from "../../api/session.ts";
import { type Named, keysOf, matching } from "../../model/listed.ts";
import { Age } from "../../parts/Age.tsx";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { isRunner, statusOf } from "../../state/instances.ts";
import { useKeys } from "../../state/keys.ts";
import { addressOf } from "../../state/route.ts";
import { running } from "../../texts.ts";
import { listing as texts } from "../../texts-testing.ts";
import { type Failure, whyNot } from "../editor/why-not.ts";
import { FaultText } from "../running/Status.tsx";

type Props<Entry> = {
  server: string;
  kind: keyof typeof texts.kinds;
  /** What is said of the list; null where it is not known. */
  frame: Frame | null;
  entries: readonly Entry[];
  failure: Failure | null;
  isBusy: boolean;
  onLook: (isRefresh: boolean) => Promise<void>;
  draw: (entry: Entry, key: string) => VNode;
  /** What is searched of an entry beside its names and its description. */
  more?: (entry: Entry) => string;
  /** What is said above the search, and between the search and the list. */
  above?: ComponentChildren;
  between?: ComponentChildren;
};

export function Listing<Entry extends Named>({ server, kind, frame, entries, failure, isBusy, onLook, draw, more, above, between }: Props<Entry>) {
  const own = texts.kinds[kind];
  const [words, setWords] = useState("");
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useKeys([{ keys: "/", what: own.searchKey, run: () => search.current?.focus() }]);
  if (frame === null) return failure === null ? null : <NoListing name={server} kind={kind} failure={failure} onAgain={() => void onLook(false)} />;
  const found = matching(entries, words, more);
  const keys = keysOf(entries);
  return (
    <section class="running" aria-label={running.views[kind]}>
      {failure !== null && (
        <Banner kind="alert" tone="warning">
          {whyNot(failure, "run")}
        </Banner>
      )}
      {above}
      <div class="tool-bar" role="search">
        <SearchField label={own.search} words={words} inputRef={search} onWords={setWords} onEnter={() => list.current?.querySelector("button")?.focus()} />
        <p class="list-count" role="status">
          {own.shown(found.length, entries.length)}
        </p>
        {may("write") === true && isRunner.value !== false && (
          <Button isBusy={isBusy} onPress={() => void onLook(true)}>
            {texts.refresh}
          </Button>
        )}
      </div>
      <HowOld name={server} frame={frame} />
      {between}
      {entries.length === 0 ? (
        <p>{own.none}</p>
      ) : found.length === 0 ? (
        <div class="empty">
          <h2>{own.noMatch}</h2>
          <Button
            onPress={() => {
              setWords("");
              search.current?.focus();
            }}
          >
            {texts.clearSearch}
          </Button>
        </div>
      ) : (
        <ul class="tools" ref={list}>
          {found.map((entry) => draw(entry, keys.get(entry) ?? entry.name))}
        </ul>
      )}
      {frame.dropped > 0 && <p class="field-note">{own.dropped(frame.dropped)}</p>}
    </section>
  );
}

/** When this was listed, and whether it may be another now. */
function HowOld({ name, frame: { at_ms, stale, fault, generation } }: { name: string; frame: Frame }) {
  const status = statusOf(name);
  const isRunning = status?.state === "running";
  const why = !stale ? null : !isRunning ? texts.doesNotRun : status.generation !== generation ? texts.earlierLaunch : texts.notAgain;
  return (
    <div class="field-hint">
      <p>
        {texts.listed} <Age at={at_ms} />
        {why === null ? "." : `; ${why}`}
      </p>
      {fault !== null && <FaultText fault={fault} />}
    </div>
  );
}

type NoListingProps = { name: string; kind: Props<Named>["kind"]; failure: Failure; onAgain: () => void };

function NoListing({ name, kind, failure, onAgain }: NoListingProps) {
  const isNever = "problem" in failure && isOf(failure.problem, "no-list");
  if ("problem" in failure && failure.problem.status === 401) return null;
  return (
    <section class="running" aria-label={running.views[kind]}>
      {isNever ? (
        <p>
          {texts.kinds[kind].neverListed} <a href={addressOf({ screen: "editor", name, view: "status" })}>{texts.toStatus}</a>
        </p>
      ) : (
        <Banner kind="alert" actions={<Button onPress={onAgain}>{texts.again}</Button>}>
          {whyNot(failure, "run")}
        </Banner>
      )}
    </section>
  );
}
