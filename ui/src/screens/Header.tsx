/** The bar above every screen: how the page is connected, help, and who the reader is to the service. */
import { refreshSession, session } from "../api/session.ts";
import { Button } from "../parts/Button.tsx";
import { type Connection, connection, listProblem } from "../state/live.ts";
import { pendingWork } from "../state/pending.ts";
import { shell } from "../texts.ts";
import { Account } from "./Account.tsx";

export function Header({ onHelp }: { onHelp: () => void }) {
  return (
    <header class="top">
      <a class="brand" href="#/">
        {shell.product}
      </a>
      <ConnectionSign />
      <PendingSign />
      <span class="top-end">
        <Button kind="quiet" icon="help" label={shell.help} onPress={onHelp}>
          {""}
        </Button>
        {(session.value.state === "signed-in" || session.value.state === "open") && <Account onOpen={() => void refreshSession()} />}
      </span>
    </header>
  );
}

/** Whether the list follows the store, in a word. */
function ConnectionSign() {
  const { state } = connection.value;
  if (session.value.state === "signed-out") return <span class="connection">{shell.connection.signedOut}</span>;
  const sign: Connection["state"] | "problem" = listProblem.value !== null && state !== "offline" ? "problem" : state;
  return (
    <span class={`connection ${sign}`} title={sign === "live" ? shell.liveWhy : undefined}>
      <span class="dot" aria-hidden="true" />
      {shell.connection[sign]}
    </span>
  );
}

/** What takes long. */
function PendingSign() {
  const [what] = pendingWork.value;
  return (
    <span class="pending" role="status">
      {what !== undefined && shell.pending(what)}
    </span>
  );
}
