/** A stored secret where it can only be seen: dots, and the value in their place for who may reveal it. */
import { Button } from "../../parts/Button.tsx";
import { secrets } from "../../texts-editing.ts";
import { Dots } from "./Dots.tsx";
import { Revealed } from "./Revealed.tsx";
import { useRevealing } from "./revealing.ts";

/** `tag`: the state that is shown. `shown`: what is there in the place of dots, of which only a part is secret. */
type Props = { server: string; at: string; label: string; tag: string; shown?: string | undefined };

export function Reveal({ server, at, label, tag, shown }: Props) {
  const opener = `${at} reveal`;
  const { text, said, isAllowed, show, copy, hide } = useRevealing({ server, at, label, tag, opener });
  return (
    <div class="reveal">
      {text !== null ? (
        <Revealed label={label} text={text} onHide={hide} />
      ) : (
        <>
          {shown === undefined ? <Dots /> : <code>{shown}</code>}
          {isAllowed && (
            <>
              <Button kind="quiet" label={secrets.revealOf(label)} focusName={opener} onPress={show}>
                {secrets.reveal}
              </Button>
              <Button kind="quiet" label={secrets.copyOf(label)} onPress={copy}>
                {secrets.copy}
              </Button>
            </>
          )}
        </>
      )}
      <span role="status" class="field-hint">
        {said}
      </span>
    </div>
  );
}
