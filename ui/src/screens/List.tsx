/** All servers, as the stream keeps them: searched, filtered, sorted, selected, turned on and off. */
import { computed, signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { EVERYTHING, isEverything } from "../model/finding.ts";
import { Button } from "../parts/Button.tsx";
import { canWrite, mode, whyNoWrite } from "../state/access.ts";
import { newDraft } from "../state/drafts.ts";
import { exportOf } from "../state/exporting.ts";
import { find, finding } from "../state/finding.ts";
import { useKeys } from "../state/keys.ts";
import { statuses } from "../state/instances.ts";
import { isListed, servers } from "../state/live.ts";
import { origins } from "../state/origins.ts";
import { remember, remembered } from "../state/remembered.ts";
import { leaving } from "../state/removal.ts";
import { go } from "../state/route.ts";
import { clearSelection, select, selection } from "../state/selection.ts";
import "../style/list.css";
import { list } from "../texts.ts";
import { BulkBar } from "./list/BulkBar.tsx";
import { Filters } from "./list/Filters.tsx";
import { StaticServers } from "./list/StaticServers.tsx";
import { Naming } from "./list/Naming.tsx";
import { Table } from "./list/Table.tsx";
import { WaitingDrafts } from "./list/WaitingDrafts.tsx";
import { type Arrangement, type Order, arranged, counted, sortOf, sortText } from "./list/arranged.ts";

/** Kept from one visit to the next; what is looked for is in the address. */
const order = signal<Order>(sortOf(remembered("sort")));

const arrangement = computed<Arrangement>(() => ({ ...order.value, finding: finding.value }));

function sortBy(chosen: Order): void {
  order.value = chosen;
  remember("sort", sortText(chosen));
}

function startNew(): void {
  go({ screen: "new", key: newDraft().key });
}

export function List() {
  const search = useRef<HTMLInputElement>(null);
  const all = [...servers.value.values()];
  // What can be undone is to be seen, whatever is searched for.
  const around = { statuses: statuses.value, origins: origins.value };
  const found = arranged(all, arrangement.value, new Set(leaving.value.keys()), around);
  const isEmpty = isListed.value && all.length === 0;
  const focusSearch = () => search.current?.focus();

  useKeys([
    { keys: "/", what: list.searchKey, run: focusSearch },
    ...(canWrite.value ? [{ keys: "n", what: list.addKey, run: startNew }] : []),
    { keys: "e", what: list.openKey(mode.value === "edit"), run: openFocused },
    ...(canWrite.value ? SELECTING : []),
  ]);

  return (
    <div class="list-screen">
      <header class="list-head">
        <h1 tabIndex={-1}>{list.heading}</h1>
        {!isEmpty && isListed.value && <HeadButtons />}
      </header>
      <WaitingDrafts />
      {!isListed.value ? null : isEmpty ? (
        <Empty />
      ) : (
        <>
          <Filters counts={counted(all, finding.value, around)} shown={found.length} all={all.length} searchRef={search} onEnter={focusFirst} />
          {found.length > 0 && <Table servers={found} arrangement={arrangement.value} onSort={sortBy} onLeaveUp={focusSearch} />}
          {found.length === 0 && <NoMatch onCleared={focusSearch} />}
          {canWrite.value && <BulkBar shown={found.map(({ name }) => name)} />}
        </>
      )}
      <StaticServers />
      <Naming />
    </div>
  );
}

const SELECTING = [
  { keys: "x", what: list.selectKey, run: selectFocused, when: () => focusedName() !== null },
  // The table does it; here it is for the help.
  { keys: "Mod+A", what: list.selectAllKey, run: () => {}, when: () => false },
  { keys: "Escape", what: list.clearSelectionKey, run: clearSelection, when: () => selection.peek().size > 0 },
];

/** What a reader has no right to is not there; exporting is reading. */
function HeadButtons() {
  return (
    <div class="list-actions">
      <Button icon="export" onPress={() => exportOf(null)}>
        {list.export}
      </Button>
      {canWrite.value && <AddButtons />}
    </div>
  );
}

function AddButtons() {
  return (
    <>
      <Button icon="paste" onPress={() => go({ screen: "import" })}>
        {list.import}
      </Button>
      <Button kind="primary" icon="add" onPress={startNew}>
        {list.add}
      </Button>
    </>
  );
}

function Empty() {
  return (
    <div class="empty">
      <h2>{list.none}</h2>
      {canWrite.value ? (
        <>
          <p>{list.noneWhy}</p>
          <div class="list-actions">
            <AddButtons />
          </div>
        </>
      ) : (
        <p>{whyNoWrite.value}</p>
      )}
    </div>
  );
}

function NoMatch({ onCleared }: { onCleared: () => void }) {
  return (
    <div class="empty">
      <h2>{list.noMatch}</h2>
      {!isEverything(finding.value) && (
        <Button
          onPress={() => {
            find(EVERYTHING);
            onCleared();
          }}
        >
          {list.clearFinding}
        </Button>
      )}
    </div>
  );
}

/** The server in whose row the focus is. */
function focusedName(): string | null {
  return document.activeElement?.closest<HTMLElement>("[data-row]")?.dataset["row"] ?? null;
}

function openFocused(): void {
  document.activeElement?.closest("[data-row]")?.querySelector<HTMLElement>("a[data-server]")?.click();
}

function selectFocused(): void {
  const name = focusedName();
  if (name !== null && name !== "") select(name, !selection.peek().has(name));
}

function focusFirst(): void {
  document.querySelector<HTMLElement>(".servers a[data-server]")?.focus();
}
