/** How a server runs. It follows its own server alone. */
import { may } from "../../api/session.ts";
import { isServerName } from "../../model/name.ts";
import { Health } from "../../parts/Health.tsx";
import { statusOf } from "../../state/instances.ts";
import { addressOf } from "../../state/route.ts";
import { list } from "../../texts.ts";

export function StatusCell({ name }: { name: string }) {
  const status = statusOf(name);
  if (status === null) return <span class="unseen">{list.notKnown}</span>;
  const health = <Health status={status} />;
  // What a person can do something about leads to where that is done.
  if (status.attention === "none" || isServerName(name) !== null) return health;
  const view = status.attention === "approve" && may("run") === true ? "approval" : "status";
  return (
    <a class="status-link" href={addressOf({ screen: "editor", name, view })}>
      {health}
      <span class="unseen">: {name}</span>
    </a>
  );
}
