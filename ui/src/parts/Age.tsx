/** How long ago something was: "5 s ago". It keeps itself current while it is shown. */
import { ageText, useNow } from "../state/clock.ts";

export function Age({ at }: { at: number }) {
  const now = useNow();
  return <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>{ageText(now - at)}</time>;
}
