/**
 * The columns of the list, one after the other: what each is called, how it is sorted, what it shows.
 */
import type { ComponentChildren } from "preact";
import { isSeen, seenText } from "../../model/characters.ts";
import { secretsState } from "../../model/secrets.ts";
import { Age } from "../../parts/Age.tsx";
import { Code } from "../../parts/Code.tsx";
import { Icon } from "../../parts/Icon.tsx";
import type { LiveServer } from "../../state/live.ts";
import { isWrongKey } from "../../state/trouble.ts";
import { list } from "../../texts.ts";
import { NameCell } from "./NameCell.tsx";
import { StatusCell } from "./StatusCell.tsx";
import { SwitchCell } from "./SwitchCell.tsx";
import { type SortKey, shortTargetText, targetText, transportText } from "./arranged.ts";

export type Column = {
  key: keyof typeof list.columns;
  sort?: SortKey;
  cell: (server: LiveServer) => ComponentChildren;
  /** Whether it says something of this server; where it does of no server, the column is not shown. */
  isKnown?: (server: LiveServer) => boolean;
};

export const COLUMNS: readonly Column[] = [
  { key: "name", sort: "name", cell: (server) => <NameCell server={server} /> },
  { key: "status", cell: ({ name }) => <StatusCell name={name} /> },
  { key: "transport", sort: "transport", cell: (server) => transportText(server) },
  { key: "target", sort: "target", cell: (server) => <Target server={server} /> },
  { key: "secrets", cell: (server) => <Secrets server={server} /> },
  { key: "changed", sort: "changed", cell: (server) => <LastChange server={server} />, isKnown: ({ changedAt }) => changedAt !== null },
  { key: "enabled", cell: (server) => <SwitchCell server={server} /> },
];

function Target({ server }: { server: LiveServer }) {
  const text = shortTargetText(server);
  if (text === "") return <Nothing what={list.noTarget} />;
  const title = seenText(targetText(server));
  if (!isSeen(text)) return <Code mode="line" class="target" value={text} title={title} />;
  return (
    <code class="target" dir="ltr" title={title}>
      {unbroken(text)}
    </code>
  );
}

const LONGEST_UNBROKEN = 32;

/** No line ends behind the dashes of an option. */
function unbroken(text: string): ComponentChildren {
  if (!text.includes(" -")) return text;
  // The spaces are between the parts: a line may end at each.
  return text.split(/( )/).map((word) => (word.startsWith("-") && word.length <= LONGEST_UNBROKEN ? <span class="option">{word}</span> : word));
}

function Secrets({ server }: { server: LiveServer }) {
  if (server.config === null) return <Nothing what={list.notKnown} />;
  const { set, needsReentry } = secretsState(server.config, server.needsReentry);
  if (set + needsReentry === 0) return <Nothing what={list.noSecrets} />;
  // With the wrong key nothing is to be entered again: the banner says what to do, once.
  if (isWrongKey.value && needsReentry > 0) return <Locked number={set + needsReentry} what={list.unreadableSecrets(set + needsReentry)} />;
  return (
    <span class="secrets">
      {set > 0 && <Locked number={set} what={list.secrets(set)} />}
      {needsReentry > 0 && (
        <span class="attention">
          <Icon name="warning" />
          {list.reentry(needsReentry)}
        </span>
      )}
    </span>
  );
}

/** A lock and a number for the eye, words for the ear and the pointer. */
function Locked({ number, what }: { number: number; what: string }) {
  return (
    <span class="locked" title={what}>
      <Icon name="lock" />
      <span aria-hidden="true">{number}</span>
      <span class="unseen">{what}</span>
    </span>
  );
}

function LastChange({ server }: { server: LiveServer }) {
  if (server.changedAt === null) return <Nothing what={list.notSeen} />;
  return (
    <>
      <Age at={server.changedAt} />{" "}
      <span class="by" dir="auto" title={server.changedBy ?? undefined}>
        {list.by(server.changedBy)}
      </span>
    </>
  );
}

/** A dash for the eye, a word for the ear. */
function Nothing({ what }: { what: string }) {
  return (
    <>
      <span class="nothing" aria-hidden="true">
        –
      </span>
      <span class="unseen">{what}</span>
    </>
  );
}
