/** The shell: the frame of every screen, and which screen is shown. */
import { useEffect, useRef, useState } from "preact/hooks";
import { session } from "./api/session.ts";
import { Toasts } from "./parts/Toasts.tsx";
import { Drafting, Exporting, fetchDrafting } from "./screens/Drafting.tsx";
import { Header } from "./screens/Header.tsx";
import { Help } from "./screens/Help.tsx";
import { List } from "./screens/List.tsx";
import { SignIn } from "./screens/SignIn.tsx";
import { Notices } from "./screens/Notices.tsx";
import { storedDrafts } from "./state/drafts.ts";
import { endExport, wanted } from "./state/exporting.ts";
import { timesForgotten } from "./state/forgetting.ts";
import { useKeys } from "./state/keys.ts";
import { isListed, servers } from "./state/live.ts";
import "./state/double-click.ts";
import "./state/lost-focus.ts";
import { announcement, leaving, undoLastRemoval } from "./state/removal.ts";
import { type Route, addressOf, route } from "./state/route.ts";
import { focusRow, wantedRow } from "./state/row-focus.ts";
import { help, running, shell } from "./texts.ts";

/** Each of these means that the user is about to need more than the list. */
const FIRST_MOVES = ["pointermove", "pointerdown", "keydown"] as const;

export function App() {
  const [isHelpOpen, setHelpOpen] = useState(false);
  const canUndo = [...leaving.value.values()].some(({ isSent }) => !isSent);
  useKeys([
    { keys: "?", what: help.open, run: () => setHelpOpen(true) },
    ...(canUndo ? [{ keys: "Mod+Z", what: shell.undoRemoval, run: undoLastRemoval }] : []),
  ]);
  useReadiness();
  useTitleAndFocus(route.value);
  const { state, hasLeft } = session.value;
  return (
    <>
      <Header onHelp={() => setHelpOpen(true)} />
      <main key={timesForgotten.value}>
        <Notices />
        {!hasLeft && (route.value.screen === "list" ? <List /> : <Drafting route={route.value} />)}
      </main>
      <p class="unseen" role="status">
        {announcement.value}
      </p>
      <Toasts />
      {wanted.value !== null && <Exporting {...wanted.value} onClose={endExport} />}
      {isHelpOpen && <Help onClose={() => setHelpOpen(false)} />}
      {state === "signed-out" && <SignIn />}
    </>
  );
}

/** Says when the first list is on the screen. The rest is fetched at the reader's first move, before it is asked for. */
function useReadiness(): void {
  const isReady = isListed.value;
  useEffect(() => {
    if (!isReady) return undefined;
    document.documentElement.dataset["ready"] = "true";
    performance.mark("interactive");
    // The list marks the servers of drafts.
    if (storedDrafts() !== null) void fetchDrafting();
    const moved = new AbortController();
    const fetchRest = () => {
      moved.abort();
      void fetchDrafting();
    };
    for (const move of FIRST_MOVES) addEventListener(move, fetchRest, { signal: moved.signal, passive: true });
    return () => moved.abort();
  }, [isReady]);
}

/** Names the tab, and on the way back to the list moves the focus to the server that the user came from. */
function useTitleAndFocus(route: Route): void {
  const before = useRef<Route>(route);
  const address = addressOf(route);
  useEffect(() => {
    document.title = titleOf(route);
    const from = before.current;
    before.current = route;
    if (addressOf(from) === address || route.screen !== "list") return;
    // What was done in the editor may have said already which row is meant.
    if (document.activeElement?.closest("[data-row]") != null || wantedRow.peek() !== null) return;
    if (from.screen === "editor" && servers.peek().has(from.name)) focusRow(from.name);
    else document.querySelector<HTMLElement>("main h1")?.focus();
  }, [address]);
}

function titleOf(route: Route): string {
  if (route.screen === "editor") return shell.title(route.view === undefined ? route.name : shell.titleOfView(running.views[route.view], route.name));
  return shell.title({ list: null, new: shell.newServer, import: shell.importServers }[route.screen]);
}
