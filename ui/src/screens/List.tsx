/** All servers, as the stream keeps them: searched, filtered, sorted, turned on and off. */
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Button } from "../parts/Button.tsx";
import { Field, SelectField } from "../parts/Field.tsx";
import { canWrite, mode, whyNoWrite } from "../state/access.ts";
import { newDraft } from "../state/drafts.ts";
import { useKeys } from "../state/keys.ts";
import { type LiveServer, isListed, servers } from "../state/live.ts";
import { remember, remembered } from "../state/remembered.ts";
import { leaving } from "../state/removal.ts";
import { go } from "../state/route.ts";
import "../style/list.css";
import { Table } from "./list/Table.tsx";
import { WaitingDrafts } from "./list/WaitingDrafts.tsx";
import { type Arrangement, FILTERS, arranged, sortOf, sortText } from "./list/arranged.ts";

/** Kept while the tab lives, so that a reader who comes back finds the list as it was left; the order is kept for longer. */
const arrangement = signal<Arrangement>({ search: "", filter: "all", ...sortOf(remembered("sort")) });

function change(part: Partial<Arrangement>): void {
  arrangement.value = { ...arrangement.value, ...part };
}

function sortBy(order: Pick<Arrangement, "sort" | "isDescending">): void {
  change(order);
  remember("sort", sortText(order));
}

function startNew(): void {
  go({ screen: "new", key: newDraft().key });
}

export function List() {
  const search = useRef<HTMLInputElement>(null);
  const all = [...servers.value.values()];
  // What can be undone is to be seen, whatever is searched for.
  const found = arranged(all, arrangement.value, new Set(leaving.value.keys()));
  const isEmpty = isListed.value && all.length === 0;

  useKeys([
    { keys: "/", what: "Search the servers", run: () => search.current?.focus() },
    ...(canWrite.value ? [{ keys: "n", what: "Add a server", run: startNew }] : []),
    { keys: "e", what: `${mode.value === "edit" ? "Edit" : "Show"} the server that has the focus`, run: openFocused },
  ]);

  return (
    <div class="list-screen">
      <header class="list-head">
        <h1 tabIndex={-1}>MCP servers</h1>
        {!isEmpty && canWrite.value && <AddButtons />}
      </header>
      <WaitingDrafts />
      {!isListed.value ? null : isEmpty ? (
        <Empty />
      ) : (
        <>
          <div class="list-tools" role="search">
            <Field label="Search servers" isLabelHidden>
              {(wiring) => (
                <input
                  type="search"
                  placeholder="Search servers"
                  autocomplete="off"
                  spellcheck={false}
                  ref={search}
                  value={arrangement.value.search}
                  {...wiring}
                  onInput={(event) => change({ search: event.currentTarget.value })}
                />
              )}
            </Field>
            <SelectField label="Show" value={arrangement.value.filter} options={FILTERS} onChoose={(filter) => change({ filter })} />
            <p class="list-count" role="status">
              {countText(found.length, all.length)}
            </p>
          </div>
          {found.length > 0 && <Table servers={found} arrangement={arrangement.value} onSort={sortBy} />}
          {found.length === 0 && <NoMatch onShowAll={() => search.current?.focus()} />}
        </>
      )}
    </div>
  );
}

function AddButtons() {
  return (
    <div class="list-actions">
      <Button icon="paste" onPress={() => go({ screen: "paste" })}>
        Paste
      </Button>
      <Button kind="primary" icon="add" onPress={startNew}>
        New server
      </Button>
    </div>
  );
}

function Empty() {
  return (
    <div class="empty">
      <h2>No servers yet</h2>
      {canWrite.value ? (
        <>
          <p>Add one by hand, or paste the configuration block from a server's documentation.</p>
          <AddButtons />
        </>
      ) : (
        <p>{whyNoWrite.value}</p>
      )}
    </div>
  );
}

function NoMatch({ onShowAll }: { onShowAll: () => void }) {
  return (
    <div class="empty">
      <h2>No server matches</h2>
      <p>None has all of these words in its name, transport, target or description, and passes the filter.</p>
      <Button
        onPress={() => {
          change({ search: "", filter: "all" });
          onShowAll();
        }}
      >
        Show all servers
      </Button>
    </div>
  );
}

function countText(shown: number, all: number): string {
  const servers = all === 1 ? "1 server" : `${all} servers`;
  return shown === all ? servers : `${shown} of ${servers}`;
}

function openFocused(): void {
  const row = document.activeElement?.closest<HTMLElement>("[data-row]");
  const name = row?.dataset["row"];
  const server: LiveServer | undefined = name === undefined ? undefined : servers.value.get(name);
  if (server !== undefined) row?.querySelector<HTMLElement>("a[data-server]")?.click();
}
