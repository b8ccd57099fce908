/** A secret that was asked for, in the place of its dots, and the way to hide it. */
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "../../parts/Button.tsx";
import { LEAVE_ALONE } from "../../parts/Field.tsx";
import { secrets } from "../../texts-editing.ts";

export function Revealed({ label, text, onHide }: { label: string; text: string; onHide: () => void }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <div class="revealed" data-revealed>
      <input
        {...LEAVE_ALONE}
        ref={field}
        type="text"
        class="code"
        dir="auto"
        readOnly
        value={text}
        aria-label={secrets.storedValueOf(label)}
        aria-describedby={id}
        autocomplete="off"
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          onHide();
        }}
      />
      <Button kind="quiet" label={secrets.hideOf(label)} onPress={onHide}>
        {secrets.hide}
      </Button>
      <span id={id} class="field-hint">
        {secrets.visibleFor}
      </span>
    </div>
  );
}
