/** How a server runs. It follows its own server alone. */
import { Health } from "../../parts/Health.tsx";
import { statusOf } from "../../state/instances.ts";
import { list } from "../../texts.ts";

export function StatusCell({ name }: { name: string }) {
  const status = statusOf(name);
  if (status === null) return <span class="unseen">{list.notKnown}</span>;
  return <Health status={status} />;
}
