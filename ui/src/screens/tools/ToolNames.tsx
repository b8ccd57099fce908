/** The tools that a test has found: how many, and on request which. */
import type { ListedTool } from "../../api/tools.ts";
import { firstLine } from "../../model/listed.ts";
import { testing as texts } from "../../texts-testing.ts";

export function ToolNames({ tools }: { tools: readonly ListedTool[] }) {
  return (
    <details class="tool-names">
      <summary>{texts.tools(tools.length)}</summary>
      <ul>
        {tools.map(({ name, title, description }) => (
          <li key={name}>
            <code dir="auto">{name}</code> <span class="field-hint" dir="auto">{title ?? firstLine(description)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
