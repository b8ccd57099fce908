/** A server's icon, where it is text. Its name beside it says what it is. */
import type { LiveServer } from "../../state/live.ts";
import { iconText } from "./arranged.ts";

export function ServerIcon({ server }: { server: LiveServer | undefined }) {
  const icon = server === undefined ? "" : iconText(server);
  if (icon === "") return null;
  return (
    <span class="server-icon" aria-hidden="true">
      {icon}
    </span>
  );
}
