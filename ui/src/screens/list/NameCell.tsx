/** A server's icon and name, which leads to its editor; whether something typed is waiting there; and its description. */
import { isServerName } from "../../model/name.ts";
import { Icon } from "../../parts/Icon.tsx";
import { drafts, isDirty } from "../../state/drafts.ts";
import type { LiveServer } from "../../state/live.ts";
import { addressOf } from "../../state/route.ts";
import { list } from "../../texts.ts";
import { OriginTag } from "./OriginTag.tsx";
import { ServerIcon } from "./ServerIcon.tsx";
import { descriptionText } from "./arranged.ts";

/** `isGone`: there is no such server any more, so nothing leads to it. */
export function NameCell({ server, isGone = false }: { server: LiveServer; isGone?: boolean }) {
  const { name } = server;
  const draft = drafts.value.get(name);
  const description = descriptionText(server);
  const hasAddress = isServerName(name) === null;
  return (
    <div class="name-cell">
      <div class="name-line">
        <ServerIcon server={server} />
        {hasAddress && !isGone ? (
          <a href={addressOf({ screen: "editor", name })} data-server={name} dir="auto">
            {name}
          </a>
        ) : (
          <span class="name" dir="auto">
            {name}
          </span>
        )}
        {draft && isDirty(draft) && <span class="tag">{list.draft}</span>}
        <OriginTag name={name} />
        {!hasAddress && <Trouble what={list.invalidName} why={list.invalidNameWhy} />}
        {server.config === null && <Trouble what={list.invalidConfig} why={list.invalidConfigWhy} />}
      </div>
      {description && (
        <p class="description" dir="auto" title={description}>
          {description}
        </p>
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
