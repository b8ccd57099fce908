/** A server's name, which leads to its editor; whether something typed is waiting there; and its description. */
import { isServerName } from "../../model/name.ts";
import { Icon } from "../../parts/Icon.tsx";
import { drafts, isDirty } from "../../state/drafts.ts";
import type { LiveServer } from "../../state/live.ts";
import { addressOf } from "../../state/route.ts";
import { descriptionText } from "./arranged.ts";

export function NameCell({ server }: { server: LiveServer }) {
  const { name } = server;
  const draft = drafts.value.get(name);
  const description = descriptionText(server);
  const hasAddress = isServerName(name) === null;
  return (
    <div class="name-cell">
      {hasAddress ? (
        <a href={addressOf({ screen: "editor", name })} data-server={name}>
          {name}
        </a>
      ) : (
        <span>{name}</span>
      )}
      {draft && isDirty(draft) && <span class="tag">draft</span>}
      {!hasAddress && <Trouble what="name not legal" why="No server could be given this name here. It can be removed, and changed in the settings file." />}
      {server.config === null && <Trouble what="can't be read" why="What is stored under this name is no configuration." />}
      {description && (
        <span class="description" title={description}>
          {description}
        </span>
      )}
    </div>
  );
}

function Trouble({ what, why }: { what: string; why: string }) {
  return (
    <span class="attention" title={why}>
      <Icon name="warning" />
      {what}
    </span>
  );
}
