/** Drafts that no row of the table leads to: of servers that are not stored yet, or not any more. */
import { drafts, isDirty } from "../../state/drafts.ts";
import { servers } from "../../state/live.ts";
import { addressOf } from "../../state/route.ts";
import { list } from "../../texts.ts";

export function WaitingDrafts() {
  const waiting = [...drafts.value.values()].filter((draft) => isDirty(draft) && !(draft.base !== null && servers.value.has(draft.name)));
  if (waiting.length === 0) return null;
  return (
    <nav class="waiting" aria-labelledby="waiting">
      <h2 id="waiting">{list.drafts}</h2>
      <ul>
        {waiting.map(({ key, name }) => (
          <li key={key}>
            <a dir="auto" href={addressOf(key === name ? { screen: "editor", name } : { screen: "new", key })}>{name || list.namelessDraft}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
