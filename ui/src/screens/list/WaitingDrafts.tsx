/** Drafts that no row of the table leads to: of servers that are not stored yet, or not any more. */
import { drafts, isDirty } from "../../state/drafts.ts";
import { servers } from "../../state/live.ts";
import { addressOf } from "../../state/route.ts";

export function WaitingDrafts() {
  const waiting = [...drafts.value.values()].filter((draft) => isDirty(draft) && !(draft.base !== null && servers.value.has(draft.name)));
  if (waiting.length === 0) return null;
  return (
    <nav class="waiting" aria-labelledby="waiting">
      <h2 id="waiting">Drafts that are not saved yet</h2>
      <ul>
        {waiting.map(({ key, name }) => (
          <li key={key}>
            <a href={addressOf(key === name ? { screen: "editor", name } : { screen: "new", key })}>{name || "New server without a name"}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
