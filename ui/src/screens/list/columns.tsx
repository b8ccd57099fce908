/**
 * The columns of the list, one after the other: what each is called, how it is sorted, what it shows. What the
 * service will know of running servers, such as health and tools, is a further column here.
 */
import type { ComponentChildren } from "preact";
import { secretsState } from "../../model/secrets.ts";
import { Age } from "../../parts/Age.tsx";
import { Icon } from "../../parts/Icon.tsx";
import type { LiveServer } from "../../state/live.ts";
import { isWrongKey } from "../../state/trouble.ts";
import { NameCell } from "./NameCell.tsx";
import { SwitchCell } from "./SwitchCell.tsx";
import { type SortKey, targetText, transportText } from "./arranged.ts";

export type Column = {
  key: string;
  title: string;
  sort?: SortKey;
  cell: (server: LiveServer) => ComponentChildren;
};

export const COLUMNS: readonly Column[] = [
  { key: "name", title: "Name", sort: "name", cell: (server) => <NameCell server={server} /> },
  { key: "transport", title: "Transport", sort: "transport", cell: (server) => transportText(server) },
  { key: "target", title: "Target", sort: "target", cell: (server) => <Target server={server} /> },
  { key: "secrets", title: "Secrets", cell: (server) => <Secrets server={server} /> },
  { key: "changed", title: "Last change", sort: "changed", cell: (server) => <LastChange server={server} /> },
  { key: "enabled", title: "Enabled", cell: (server) => <SwitchCell server={server} /> },
];

function Target({ server }: { server: LiveServer }) {
  const text = targetText(server);
  return text === "" ? <Nothing what="no command or URL" /> : <code title={text}>{text}</code>;
}

function Secrets({ server }: { server: LiveServer }) {
  if (server.config === null) return <Nothing what="not known" />;
  const { set, needsReentry } = secretsState(server.config, server.needsReentry);
  if (set + needsReentry === 0) return <Nothing what="none" />;
  // With the wrong key nothing is to be entered again: the banner says what to do.
  const lost = isWrongKey.value ? "can't be read" : needsReentry === 1 ? "needs re-entry" : "need re-entry";
  const isKnown = [set > 0 && `${set} set`, needsReentry > 0 && `${needsReentry} ${lost}`];
  return (
    <span class={needsReentry > 0 ? "attention" : undefined}>
      {needsReentry > 0 && <Icon name="warning" />}
      {isKnown.filter(Boolean).join(", ")}
    </span>
  );
}

function LastChange({ server }: { server: LiveServer }) {
  if (server.changedAt === null) return <Nothing what="not seen" />;
  return (
    <>
      <Age at={server.changedAt} /> <span class="by">by {server.changedBy ?? "another program"}</span>
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
