/**
 * The table of servers. On a narrow screen its rows are cards; the roles say that it is a table all the same, because
 * browsers forget that where the layout is another.
 */
import { computed, signal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../../parts/Icon.tsx";
import { canWrite } from "../../state/access.ts";
import { type LiveServer, freshNames, servers as live } from "../../state/live.ts";
import { type Leaving, leaving } from "../../state/removal.ts";
import { giveFocus, wantedRow } from "../../state/row-focus.ts";
import { selectAll } from "../../state/selection.ts";
import { isWrongKey } from "../../state/trouble.ts";
import { list } from "../../texts.ts";
import { LeavingCell } from "./LeavingCell.tsx";
import { NameCell } from "./NameCell.tsx";
import { RowMenu } from "./RowMenu.tsx";
import { SelectAll, SelectCell } from "./SelectCell.tsx";
import type { Arrangement, Order, SortKey } from "./arranged.ts";
import { useSteady } from "./steady.ts";
import { COLUMNS, type Column } from "./columns.tsx";

type Props = {
  servers: LiveServer[];
  arrangement: Arrangement;
  onSort: (order: Order) => void;
  /** Up from the first server. */
  onLeaveUp: () => void;
};

/** A row as it was drawn last, and what it was drawn of. */
type Drawn = { server: LiveServer; columns: readonly Column[]; isFresh: boolean; removal: Leaving | undefined; isGone: boolean; row: VNode };

/** How many rows come first: about as many as a screen has room for. */
const FIRST = 20;

/** How many rows follow at once. */
const STEP = 40;

/** How many rows are drawn. Hundreds follow frame by frame, so that rows out of sight delay nothing. */
const limit = signal(FIRST);

export function Table({ servers, arrangement, onSort, onLeaveUp }: Props) {
  const fresh = freshNames.value;
  const hasMenu = canWrite.value;
  // What is known of no server takes no room from what is.
  const columns = useColumns();
  // A row that is the same is not drawn again: with hundreds of servers and many writers that is what counts.
  const drawn = useRef(new Map<string, Drawn>());
  const body = useRef<HTMLTableSectionElement>(null);
  void wantedRow.value;
  useLayoutEffect(() => giveFocus(body.current));
  const { places, onPointerEnter, onPointerLeave } = useSteady(servers, arrangement);
  useGrowth(places.length, arrangement);
  const rows = places.slice(0, limit.value).map(({ server, isGone }) => {
    const isFresh = fresh.has(server.name);
    const removal = leaving.value.get(server.name);
    const before = drawn.current.get(server.name);
    if (before?.server === server && before.isFresh === isFresh && before.removal === removal && before.isGone === isGone && before.columns === columns) return before;
    const row = isGone ? <GoneRow key={server.name} server={server} columns={columns} /> : <Row key={server.name} server={server} columns={columns} isFresh={isFresh} removal={removal} />;
    return { server, columns, isFresh, removal, isGone, row };
  });
  drawn.current = new Map(rows.map((row) => [row.server.name, row]));
  const names = places.flatMap(({ server: { name }, isGone }) => (isGone || name === "" || leaving.value.has(name) ? [] : [name]));
  const onKeyDown = (event: KeyboardEvent) => {
    moveBetweenRows(event, onLeaveUp);
    if (!hasMenu || event.defaultPrevented || event.key.toLowerCase() !== "a" || event.altKey || event.ctrlKey === event.metaKey) return;
    event.preventDefault();
    selectAll(names, true);
  };
  return (
    <table class={["servers", hasReentry.value && "with-reentry", hasMenu && "with-selection"].filter(Boolean).join(" ")} role="table" aria-label={list.table}>
      <thead role="rowgroup">
        <tr role="row">
          {hasMenu && (
            <th role="columnheader" scope="col" class="col-select">
              <SelectAll names={names} />
            </th>
          )}
          {columns.map((column) => (
            <Heading key={column.key} column={column} arrangement={arrangement} onSort={onSort} />
          ))}
          {hasMenu && (
            <th role="columnheader" scope="col" class="col-menu">
              <span class="unseen">{list.columns.menu}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody role="rowgroup" ref={body} onKeyDown={onKeyDown} onPointerEnter={onPointerEnter} onPointerLeave={onPointerLeave}>
        {rows.map(({ row }) => row)}
      </tbody>
    </table>
  );
}

/** The columns that are shown; the same array as long as they are the same. */
function useColumns(): readonly Column[] {
  const shown = useRef(COLUMNS);
  const all = [...live.value.values()];
  const now = COLUMNS.filter(({ isKnown }) => isKnown === undefined || all.some(isKnown));
  if (now.length !== shown.current.length) shown.current = now;
  return shown.current;
}

/** Whether a row has more to say of its secrets than how many there are. */
const hasReentry = computed(() => !isWrongKey.value && [...live.value.values()].some(({ needsReentry }) => needsReentry.length > 0));

/** For how long more rows wait while a word is typed: the next key comes first. */
const TYPING_MS = 150;

function useGrowth(count: number, arrangement: Arrangement): void {
  const drawnRows = limit.value;
  const before = useRef(arrangement);
  useEffect(() => {
    // Rows that come back come step by step, too.
    if (count < drawnRows - STEP) limit.value = Math.max(FIRST, count);
    const wait = arrangement === before.current ? 0 : TYPING_MS;
    before.current = arrangement;
    if (count <= drawnRows) return undefined;
    let frame = 0;
    const grow = () => {
      frame = requestAnimationFrame(() => (limit.value = drawnRows + STEP));
    };
    const timer = window.setTimeout(grow, wait);
    return () => {
      window.clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [count, drawnRows, arrangement]);
}

function Heading({ column, arrangement, onSort }: { column: Column } & Pick<Props, "arrangement" | "onSort">) {
  const { key, sort } = column;
  const title = list.columns[key];
  const isSorted = sort !== undefined && arrangement.sort === sort;
  const direction = arrangement.isDescending ? "descending" : "ascending";
  return (
    <th role="columnheader" scope="col" class={`col-${key}`} aria-sort={isSorted ? direction : undefined}>
      {sort === undefined ? (
        title
      ) : (
        <button type="button" class="sort" onClick={() => onSort(next(arrangement, sort))}>
          {title}
          {isSorted && <Icon name={arrangement.isDescending ? "down" : "up"} />}
        </button>
      )}
    </th>
  );
}

type RowProps = { server: LiveServer; columns: readonly Column[]; isFresh: boolean; removal: Leaving | undefined };

function Row({ server, columns, isFresh, removal }: RowProps) {
  const { name, etag } = server;
  const look = [isFresh && "fresh", server.enabled === false && "off"].filter(Boolean).join(" ") || undefined;
  if (removal !== undefined) return <LeavingRow server={server} columns={columns} removal={removal} />;
  return (
    <tr role="row" data-row={name} data-etag={etag} class={look}>
      {canWrite.value && (
        <td role="cell" class="col-select">
          {name !== "" && <SelectCell name={name} />}
        </td>
      )}
      {columns.map(({ key, cell }) =>
        key === "name" ? (
          <th key={key} role="rowheader" scope="row" class={`col-${key}`}>
            {cell(server)}
          </th>
        ) : (
          <td key={key} role="cell" class={`col-${key}`} data-title={list.columns[key]}>
            {cell(server)}
          </td>
        ),
      )}
      {canWrite.value && (
        <td role="cell" class="col-menu">
          <RowMenu server={server} />
        </td>
      )}
    </tr>
  );
}

/** A row that is about to go: it keeps its place, and its time does not run while somebody is at it. */
function LeavingRow({ server, columns, removal }: Pick<RowProps, "server" | "columns"> & { removal: Leaving }) {
  const { countdown, isByPointer } = removal;
  return (
    <tr
      role="row"
      data-row={server.name}
      data-etag={server.etag}
      class="leaving"
      onMouseEnter={() => countdown.hold()}
      onMouseLeave={() => countdown.resume()}
      onFocusIn={({ target }) => {
        if (!isByPointer || (target as Element).matches(":focus-visible")) countdown.hold();
      }}
      onFocusOut={() => countdown.resume()}
    >
      <Kept server={server} columns={columns} />
      <td role="cell" class="col-leaving" colSpan={columns.length - KEPT.length + 1}>
        <LeavingCell name={server.name} isSent={removal.isSent} />
      </td>
    </tr>
  );
}

/** The place of a server that is gone, as long as the pointer is over the list. */
function GoneRow({ server, columns }: Pick<RowProps, "server" | "columns">) {
  return (
    <tr role="row" class="leaving">
      <Kept server={server} columns={columns} isGone />
      <td role="cell" class="col-leaving" colSpan={columns.length - KEPT.length + 1}>
        <span class="quiet">{list.removed}</span>
      </td>
    </tr>
  );
}

/** What decides how high a row is: it stays, so that no row below moves. */
const KEPT: readonly Column["key"][] = ["name", "transport", "target"];

function Kept({ server, columns, isGone = false }: Pick<RowProps, "server" | "columns"> & { isGone?: boolean }) {
  return (
    <>
      {canWrite.value && <td role="cell" class="col-select" />}
      {columns.filter(({ key }) => KEPT.includes(key)).map((column) =>
        column.key === "name" ? (
          <th key="name" role="rowheader" scope="row" class="col-name">
            {isGone ? <NameCell server={server} isGone /> : column.cell(server)}
          </th>
        ) : (
          <td key={column.key} role="cell" class={`col-${column.key}`}>
            {column.cell(server)}
          </td>
        ),
      )}
    </>
  );
}

/** The same column again turns the order around. */
function next(arrangement: Arrangement, sort: SortKey): Order {
  return { sort, isDescending: arrangement.sort === sort && !arrangement.isDescending };
}

/** Up and down lead from server to server, and up from the first one out of the list. */
function moveBetweenRows(event: KeyboardEvent, onLeaveUp: () => void): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target instanceof Element ? event.target.closest("[data-row]") : null;
  if (step === undefined || row === null || event.defaultPrevented) return;
  // On the button of the menu, down opens it.
  if (event.target instanceof Element && event.target.closest("[aria-haspopup=menu], [role=menu]")) return;
  const links = [...(row.parentElement?.querySelectorAll<HTMLElement>("a[data-server]") ?? [])];
  const at = links.findIndex((link) => row.contains(link));
  const to = links[at + step];
  if (to === undefined && (step > 0 || at < 0)) return;
  event.preventDefault();
  if (to === undefined) onLeaveUp();
  else to.focus();
}
