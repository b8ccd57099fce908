/** That something is being done, for how long, and the way to give it up. */
import { Button } from "../../parts/Button.tsx";
import { Span } from "../../parts/Span.tsx";
import { editor } from "../../texts-editing.ts";

type Props = { what: string; since: number; cancelLabel: string; onCancel: () => void };

export function UnderWay({ what, since, cancelLabel, onCancel }: Props) {
  return (
    <p class="testing-now">
      {what} <Span since={since} />
      <Button kind="quiet" label={cancelLabel} onPress={onCancel}>
        {editor.cancel}
      </Button>
    </p>
  );
}
