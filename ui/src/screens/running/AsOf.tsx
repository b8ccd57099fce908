/** When what is shown was read, and a way to read it again: the stream does not carry it. */
import { Age } from "../../parts/Age.tsx";
import { Button } from "../../parts/Button.tsx";
import { statusTexts as texts } from "../../texts-running.ts";

export function AsOf({ at, onRefresh }: { at: number; onRefresh: () => void }) {
  return (
    <p class="as-of field-hint">
      {texts.asOf} <Age at={at} />
      <Button kind="quiet" onPress={onRefresh}>
        {texts.refresh}
      </Button>
    </p>
  );
}
