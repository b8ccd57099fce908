/** What is shown of a stored secret, whatever its length. */
import { secrets } from "../../texts-editing.ts";

export function Dots() {
  return (
    <span class="dots">
      <span aria-hidden="true">{secrets.dots}</span>
      <span class="unseen">{secrets.hidden}</span>
    </span>
  );
}
