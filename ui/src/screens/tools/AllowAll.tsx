/** How many tools are denied, and offering all of them again at once. To offer more needs the scope `run`. */
import { useState } from "preact/hooks";
import { may } from "../../api/session.ts";
import type { ListedTool } from "../../api/tools.ts";
import { type ToolRules, allowingAll, isAllowed } from "../../model/tool-rules.ts";
import { Button } from "../../parts/Button.tsx";
import { tools as texts } from "../../texts-testing.ts";

type Props = { tools: readonly ListedTool[]; rules: ToolRules; onChoose: (rules: ToolRules) => Promise<void> };

export function AllowAll({ tools, rules, onChoose }: Props) {
  const [isBusy, setBusy] = useState(false);
  const denied = tools.filter(({ name }) => !isAllowed(rules, name)).length;
  if (denied === 0 || may("run") !== true) return null;
  return (
    <p class="tool-choice">
      <span>{texts.areDenied(denied)}</span>
      <Button
        isBusy={isBusy}
        onPress={async () => {
          setBusy(true);
          await onChoose(allowingAll(rules));
          setBusy(false);
        }}
      >
        {texts.allowAll}
      </Button>
    </p>
  );
}
