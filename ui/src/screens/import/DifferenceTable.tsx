/** How a server of the text differs from the stored one of its name, and which of both remains. No secret is in it. */
import type { ComponentChildren } from "preact";
import type { Action, Difference, FoundServer } from "../../api/import.ts";
import type { Json } from "../../json/value.ts";
import { writeJson } from "../../json/write.ts";
import { leavesOf } from "../../model/import.ts";
import { isMasked } from "../../model/masks.ts";
import { withoutSecrets } from "../../model/preview.ts";
import { shownByService } from "../../model/secrets.ts";
import { Code } from "../../parts/Code.tsx";
import { Comparison } from "../../parts/Comparison.tsx";
import { importing } from "../../texts-import.ts";
import { labelOf } from "../editor/faults.ts";

type Props = { server: FoundServer; action: Action | null };

export function DifferenceTable({ server, action }: Props) {
  const safe = withoutSecrets(server.config, server.findings);
  return (
    <Comparison
      label={importing.differenceOf(server.name)}
      member={importing.field}
      sides={[importing.stored, importing.imported]}
      outcome={importing.result}
      rows={leavesOf(server.difference).map((one) => {
        const isSecretAgain = isMasked(one.before) && isMasked(one.after);
        const after = isMasked(one.after) ? one.after : (shownByService(safe, one.pointer) ?? one.after);
        return {
          at: one.pointer,
          kind: "choice",
          member: labelOf(one.pointer),
          values: [wordsOf(one.before), isSecretAgain ? importing.otherSecret : wordsOf(after)],
          outcome: resultOf(one, action),
        };
      })}
    />
  );
}

/** Words of ours as text, values as code. */
function wordsOf(value: Json | undefined): ComponentChildren {
  if (value === undefined) return importing.absent;
  if (isMasked(value)) return importing.secret;
  return <Code value={typeof value === "string" ? value : writeJson(value)} />;
}

function resultOf({ change }: Difference, action: Action | null): string {
  if (action === null) return importing.open;
  if (change !== "removed") return importing.results[change];
  return action === "merge" ? importing.results.stays : importing.results.removed;
}
