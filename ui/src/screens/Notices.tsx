/** What the page has to say of itself: how it is connected, what takes long, and what is wrong with the document. */
import { useEffect, useState } from "preact/hooks";
import { isForeignOrigin, may, session } from "../api/session.ts";
import { Banner } from "../parts/Banner.tsx";
import { mode, whyNoWrite } from "../state/access.ts";
import { troubles } from "../state/trouble.ts";
import { type Connection, connection, isListed, listProblem } from "../state/live.ts";
import { pendingWork } from "../state/pending.ts";

/** From when on it is said that something takes long. */
const PATIENCE_MS = 300;

const WORDS: Record<Connection["state"], string> = {
  connecting: "Connecting",
  live: "Live",
  offline: "Offline",
  stale: "Catching up",
};

/** Whether the list follows the store, in a word. */
export function ConnectionSign() {
  const { state } = connection.value;
  if (session.value.state === "signed-out") return <span class="connection">Signed out</span>;
  return (
    <span class={`connection ${state}`} title={state === "live" ? "Changes by others appear by themselves." : undefined}>
      <span class="dot" aria-hidden="true" />
      {state === "stale" && listProblem.value !== null ? "Waiting" : WORDS[state]}
    </span>
  );
}

/** What takes long. */
export function PendingSign() {
  const [what] = pendingWork.value;
  return (
    <span class="pending" role="status">
      {what !== undefined && `${what}…`}
    </span>
  );
}

/** The notices above every screen. */
export function Notices() {
  const { state } = connection.value;
  const isIn = session.value.state !== "signed-out";
  const isLate = useLate(isIn && (state === "stale" || (state === "connecting" && !isListed.value)), state);
  const problem = listProblem.value;
  const isProblemShown = isIn && problem !== null && state !== "offline";
  return (
    <div class="notices">
      {isForeignOrigin.value && <ForeignOrigin />}
      {isIn && state === "offline" && <Banner kind="alert">The service can't be reached. Your drafts are kept.</Banner>}
      {isProblemShown && (
        <Banner kind="alert">
          {!problem.detail.startsWith(problem.title) && <strong>{problem.title}. </strong>}
          {problem.detail} {isListed.value && "What you see is how it was before."}
        </Banner>
      )}
      {isLate && !isProblemShown && (
        <Banner kind="status">{state === "stale" ? "This page was away. What changed meanwhile is being fetched." : "Waiting for the service."}</Banner>
      )}
      {isIn && troubles.value.map(({ code, detail }) => (
        <Banner key={code} kind="alert">
          {code === "wrong-key" ? (
            <>
              <strong>The stored secrets can't be read with the key of this service.</strong> Set the key that encrypted them
              (<code>MCP_SETTINGS_SECRET_KEY</code> or <code>OH_SECRET_KEY</code>), or restore the key file, and restart the service.
              Until then secrets are kept as they are.
            </>
          ) : (
            detail
          )}
        </Banner>
      ))}
      {isIn && mode.value === "view" && (
        <Banner kind="status" tone={may("write") === false ? "calm" : "warning"}>
          {whyNoWrite.value}
        </Banner>
      )}
    </div>
  );
}

/** The service can't know under which origin a proxy shows this page; the page does. */
export function ForeignOrigin() {
  return (
    <Banner kind="alert">
      <strong>The service refuses changes from this address. </strong>
      Add <code>{location.origin}</code> to <code>MCP_SETTINGS_ALLOWED_ORIGINS</code> where the service is configured, and restart it.
    </Banner>
  );
}

/** Whether something has held for so long that it should be said. */
function useLate(holds: boolean, what: string): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!holds) return;
    const timer = window.setTimeout(() => setLate(true), PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [holds, what]);
  return isLate;
}
