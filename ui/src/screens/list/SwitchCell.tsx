/** Turns a server on or off at once, in the state that the reader saw. */
import { useState } from "preact/hooks";
import { setEnabled } from "../../api/servers.ts";
import { isServerName } from "../../model/name.ts";
import { Switch } from "../../parts/Switch.tsx";
import { canWrite } from "../../state/access.ts";
import { reasonOf } from "../../state/bulk.ts";
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
    const result = await pending(list.turning(name, on), setEnabled(name, on, etag));
    setWanted(null);
    if ("ok" in result) noteOwnWrite(name, { over: etag, etag: result.ok.etag }, result.ok);
    else toast({ text: list.notTurned(name, on, reasonOf(result)), kind: "failed" });
  };
  return <Switch label={list.enabled(name)} isOn={wanted ?? enabled} isBusy={wanted !== null} onTurn={(on) => void turn(on)} />;
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
