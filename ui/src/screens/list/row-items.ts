/** What a row's menu offers beside changing its server: the ways to its views, what can be asked of it while it runs, and taking it to another client. */
import type { MenuItem } from "../../parts/Menu.tsx";
import { statusOf } from "../../state/instances.ts";
import type { LiveServer } from "../../state/live.ts";
import { go } from "../../state/route.ts";
import { running } from "../../texts.ts";
import { exportItems } from "../editor/export-items.ts";
import { IS_SHOWN } from "../running/Views.tsx";
import { actionsOn } from "../running/acting.ts";

export function rowItems({ name, config }: LiveServer): MenuItem[] {
  const status = statusOf(name);
  const views = (["tools", "log"] as const).filter((view) => IS_SHOWN[view](name));
  const actions = status === null ? [] : actionsOn(name, status);
  return [
    ...(config === null ? [] : exportItems(name)),
    ...views.map((view) => ({ label: running.views[view], run: () => go({ screen: "editor", name, view }) })),
    ...actions.map(({ label, run }) => ({ label, run: () => void run() })),
  ];
}
