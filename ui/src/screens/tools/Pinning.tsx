/** Whether tools are offered only as they were accepted. To ask for less needs more than to ask for more. */
import { useId } from "preact/hooks";
import { may } from "../../api/session.ts";
import type { ToolRules } from "../../model/tool-rules.ts";
import { Switch } from "../../parts/Switch.tsx";
import { tools as texts } from "../../texts-testing.ts";

export function Pinning({ rules, onChoose }: { rules: ToolRules; onChoose: (rules: ToolRules) => Promise<void> }) {
  const id = useId();
  const { pinned } = rules;
  const mayTurn = may("write") === true && (!pinned || may("run") === true);
  if (!mayTurn) return pinned ? <p class="field-hint">{texts.arePinned}</p> : null;
  return (
    <p class="setting">
      <Switch label={texts.pin} isOn={pinned} onTurn={(on) => void onChoose({ ...rules, pinned: on })} />
      <span id={id}>
        {texts.pin}
        <span class="field-hint"> {texts.pinWhat}</span>
      </span>
    </p>
  );
}
