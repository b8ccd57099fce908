/** The top of every screen of one server: the way back, its title, and what can be done beside. */
import type { ComponentChildren, Ref } from "preact";
import { Button } from "../../parts/Button.tsx";
import { editor } from "../../texts-editing.ts";

type Props = { title: ComponentChildren; headingRef: Ref<HTMLHeadingElement>; onBack: () => void; children?: ComponentChildren };

export function ServerHead({ title, headingRef, onBack, children }: Props) {
  return (
    <header class="editor-head">
      <Button kind="quiet" icon="back" onPress={onBack}>
        {editor.back}
      </Button>
      <h1 dir="auto" tabIndex={-1} ref={headingRef}>
        {title}
      </h1>
      {children}
    </header>
  );
}
