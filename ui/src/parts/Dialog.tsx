/** A native modal dialog: the browser keeps the focus inside and gives it back where it was. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./Button.tsx";

export type DialogProps = {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** The buttons below; the first is the one to press. */
  actions?: ComponentChildren;
  width?: "narrow" | "wide";
  /** False: there is no way around it. */
  canClose?: boolean;
  /** `alertdialog` where something is asked before it can't be taken back. */
  role?: "dialog" | "alertdialog";
  /** 1 if it takes the place of a whole screen. */
  headingLevel?: 1 | 2;
};

export function Dialog({ title, onClose, children, actions, width = "narrow", canClose = true, role = "dialog", headingLevel = 2 }: DialogProps) {
  const Heading = `h${headingLevel}` as const;
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Before the next key comes: what is typed after a dialog was asked for is typed into it.
  useLayoutEffect(() => {
    const dialog = element.current;
    if (dialog === null) return;
    const before = document.activeElement;
    dialog.showModal();
    begin(dialog);
    return () => {
      dialog.close();
      // The browser gives it back too, but not if the element was redrawn in between.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${width}`}
      role={role}
      aria-labelledby={heading}
      onCancel={(event) => {
        // The one who opened it decides; closing by itself would leave it mounted and unseen.
        event.preventDefault();
        if (canClose) onClose();
      }}
      onClose={({ currentTarget }) => {
        // A browser lets nobody be held: it closes by itself where Escape is pressed again.
        if (!currentTarget.isConnected) return;
        if (canClose) onClose();
        else currentTarget.showModal();
      }}
      onClick={(event) => {
        if (canClose && event.target === element.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <Heading id={heading}>{title}</Heading>
          {canClose && (
            <Button kind="quiet" icon="close" label="Close" onPress={onClose}>
              {""}
            </Button>
          )}
        </header>
        {children}
        {actions && <footer class="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  );
}

/** The focus goes to the first field, its text chosen so that typing replaces it; without one to the button that does the least. */
function begin(dialog: HTMLElement): void {
  const field = dialog.querySelector<HTMLElement>("input:not(:disabled), textarea:not(:disabled), select:not(:disabled)");
  const buttons = [...dialog.querySelectorAll<HTMLElement>(".dialog-actions > button")];
  (field ?? buttons.find((button) => !button.matches(".danger, .primary")) ?? buttons[0])?.focus();
  if (field instanceof HTMLInputElement && field.type === "text") field.select();
}
