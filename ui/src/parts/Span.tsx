/** For how long something has been so: "3 min". It keeps itself current while it is shown. */
import { spanText, useTimeText } from "../state/clock.ts";

export function Span({ since }: { since: number }) {
  const text = useTimeText((now) => spanText(now - since), [since]);
  return <time dateTime={new Date(since).toISOString()} title={new Date(since).toLocaleString()}>{text}</time>;
}
