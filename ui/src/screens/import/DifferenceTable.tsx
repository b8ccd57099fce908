/** How a server of the text differs from the stored one of its name, and which of both remains. No secret is in it. */
import type { Action, Difference, FoundServer } from "../../api/import.ts";
import type { Json } from "../../json/value.ts";
import { writeJson } from "../../json/write.ts";
import { leavesOf } from "../../model/import.ts";
import { isMask } from "../../model/masks.ts";
import { withoutSecrets } from "../../model/preview.ts";
import { shownByService } from "../../model/secrets.ts";
import { importing } from "../../texts-import.ts";
import { labelOf } from "../editor/faults.ts";

type Props = { server: FoundServer; difference: readonly Difference[]; action: Action | null };

export function DifferenceTable({ server, difference, action }: Props) {
  const safe = withoutSecrets(server.config, server.findings);
  return (
    <table class="conflicts" aria-label={importing.differenceOf(server.name)}>
      <thead>
        <tr>
          {[importing.field, importing.stored, importing.imported, importing.result].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {leavesOf(difference).map((one) => {
          const isSecretAgain = isMasked(one.before) && isMasked(one.after);
          return (
            <tr key={one.pointer} class="choice">
              <th scope="row">
                <span dir="auto">{labelOf(one.pointer)}</span>
              </th>
              <td dir="auto" data-label={importing.stored}>
                {wordsOf(one.before)}
              </td>
              <td dir="auto" data-label={importing.imported}>
                {isSecretAgain ? importing.otherSecret : wordsOf(isMasked(one.after) ? one.after : (shownByService(safe, one.pointer) ?? one.after))}
              </td>
              <td data-label={importing.result} class="outcome">
                {resultOf(one, action)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function isMasked(value: Json | undefined): boolean {
  return typeof value === "string" && isMask(value);
}

function wordsOf(value: Json | undefined): string {
  if (value === undefined) return importing.absent;
  if (typeof value !== "string") return writeJson(value);
  return isMask(value) ? importing.secret : value;
}

function resultOf({ change }: Difference, action: Action | null): string {
  if (action === null) return importing.open;
  if (change !== "removed") return importing.results[change];
  return action === "merge" ? importing.results.stays : importing.results.removed;
}
