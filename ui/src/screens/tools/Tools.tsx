/** What a server offers to call: searched, looked at, called; which of it is offered; and what has changed since it was accepted. */
import { useRef, useState } from "preact/hooks";
import { isOf } from "../../api/problem.ts";
import { may } from "../../api/session.ts";
import type { ListedTool, ToolListing } from "../../api/tools.ts";
import { Age } from "../../parts/Age.tsx";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { isRunner, statusOf } from "../../state/instances.ts";
import { useKeys } from "../../state/keys.ts";
import { addressOf } from "../../state/route.ts";
import { running } from "../../texts.ts";
import { tools as texts } from "../../texts-testing.ts";
import { type Failure, whyNot } from "../editor/why-not.ts";
import { FaultText } from "../running/Status.tsx";
import { Drift } from "./Drift.tsx";
import { Pinning } from "./Pinning.tsx";
import { ToolItem } from "./ToolItem.tsx";
import { useTools } from "./tools.ts";

export function Tools({ name }: { name: string }) {
  const { listing, policy, failure, isBusy, hasChanged, look, choose, accept } = useTools(name);
  const [words, setWords] = useState("");
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useKeys([{ keys: "/", what: texts.searchKey, run: () => search.current?.focus() }]);
  if (listing === null) return failure === null ? null : <NoListing name={name} failure={failure} onAgain={() => void look()} />;
  const found = matching(listing.tools, words);
  return (
    <section class="running" aria-label={running.views.tools}>
      {failure !== null && (
        <Banner kind="alert" tone="warning">
          {whyNot(failure, "run")}
        </Banner>
      )}
      {listing.drift !== null && <Drift drift={listing.drift} isPinned={policy?.rules.pinned === true} hasChanged={hasChanged} onAccept={accept} />}
      <div class="tool-bar" role="search">
        <SearchField label={texts.search} words={words} inputRef={search} onWords={setWords} onEnter={() => list.current?.querySelector("button")?.focus()} />
        <p class="list-count" role="status">
          {texts.shown(found.length, listing.tools.length)}
        </p>
        {may("write") === true && isRunner.value !== false && (
          <Button isBusy={isBusy} onPress={() => void look(true)}>
            {texts.refresh}
          </Button>
        )}
      </div>
      <HowOld name={name} listing={listing} />
      {policy !== null && listing.tools.length > 0 && <Pinning rules={policy.rules} onChoose={choose} />}
      {listing.tools.length === 0 ? (
        <p>{texts.none}</p>
      ) : found.length === 0 ? (
        <div class="empty">
          <h2>{texts.noMatch}</h2>
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
          {found.map((tool) => (
            <ToolItem key={tool.name} server={name} tool={tool} rules={policy?.rules ?? null} onChoose={choose} />
          ))}
        </ul>
      )}
      {listing.dropped > 0 && <p class="field-note">{texts.dropped(listing.dropped)}</p>}
    </section>
  );
}

/** Each word is somewhere in its name, title or description. */
export function matching(all: readonly ListedTool[], typed: string): ListedTool[] {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return all.filter(({ name, title, description }) => {
    const text = `${name} ${title ?? ""} ${description ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** When this was listed, and whether it may be another now. */
function HowOld({ name, listing: { at_ms, stale, fault, generation } }: { name: string; listing: ToolListing }) {
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

function NoListing({ name, failure, onAgain }: { name: string; failure: Failure; onAgain: () => void }) {
  const isNever = "problem" in failure && isOf(failure.problem, "no-list");
  if ("problem" in failure && failure.problem.status === 401) return null;
  return (
    <section class="running" aria-label={running.views.tools}>
      {isNever ? (
        <p>
          {texts.neverListed} <a href={addressOf({ screen: "editor", name, view: "status" })}>{texts.toStatus}</a>
        </p>
      ) : (
        <Banner kind="alert" actions={<Button onPress={onAgain}>{texts.again}</Button>}>
          {whyNot(failure, "run")}
        </Banner>
      )}
    </section>
  );
}
