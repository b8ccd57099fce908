/** How long ago something was: "5 s ago". It keeps itself current while it is shown. */
import { ageText, useTimeText } from "../state/clock.ts";

export function Age({ at }: { at: number }) {
  const text = useTimeText((now) => ageText(now - at), [at]);
  return <time dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>{text}</time>;
}
