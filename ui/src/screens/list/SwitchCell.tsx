/** Turns a server on or off at once, in the state that the reader saw. */
import { useState } from "preact/hooks";
import { setEnabled } from "../../api/servers.ts";
import { isServerName } from "../../model/name.ts";
import { Switch } from "../../parts/Switch.tsx";
import { canWrite } from "../../state/access.ts";
import { type LiveServer, noteOwnWrite } from "../../state/live.ts";
import { pending } from "../../state/pending.ts";
import { toast } from "../../state/toasts.ts";
import { list } from "../../texts.ts";

export function SwitchCell({ server }: { server: LiveServer }) {
  const { name, enabled, etag } = server;
  /** What was asked for and not answered yet. */
  const [wanted, setWanted] = useState<boolean | null>(null);

  if (!canWrite.value || server.config === null || isServerName(name) !== null) {
    return <State enabled={enabled} />;
  }

  const turn = async (on: boolean) => {
    setWanted(on);
    const result = await pending(`Turning ${name} ${on ? "on" : "off"}`, setEnabled(name, on, etag));
    setWanted(null);
    if ("ok" in result) noteOwnWrite(name, { over: etag, etag: result.ok.etag }, result.ok);
    else toast({ text: `${name} was not turned ${on ? "on" : "off"}: ${reason(result)}`, kind: "failed" });
  };
  return <Switch label={`Enabled: ${name}`} isOn={wanted ?? enabled} isBusy={wanted !== null} onTurn={(on) => void turn(on)} />;
}

/** Whether it is on, where that can't be changed here. */
function State({ enabled }: { enabled: boolean | null }) {
  if (enabled !== null) return <span class="quiet">{enabled ? list.on : list.off}</span>;
  return (
    <span class="quiet" title={list.unclearWhy}>
      <span aria-hidden="true">{list.unclear}</span>
      <span class="unseen">{list.unclearWhy}</span>
    </span>
  );
}

function reason(result: { problem: { status: number; title: string; detail: string } } | { offline: true }): string {
  if ("offline" in result) return "the service can't be reached.";
  if (result.problem.status === 412) return "somebody else has just changed it. Look at it and try again.";
  return result.problem.detail || result.problem.title;
}
