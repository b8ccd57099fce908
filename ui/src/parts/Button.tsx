/** What is pressed. Never disabled without a word: a button that can't do its work says why when it is pressed. */
import type { ComponentChildren, Ref } from "preact";
import { Icon, type IconName } from "./Icon.tsx";

export type ButtonProps = {
  children: ComponentChildren;
  /** `isByPointer`: with a mouse or a finger rather than by a key or an assistive program. */
  onPress: (isByPointer: boolean) => void;
  /** `primary`: the one thing to do here; `danger`: it can't be taken back; `quiet`: beside others. */
  kind?: "primary" | "plain" | "danger" | "quiet";
  icon?: IconName;
  /** The name where the text alone says too little. */
  label?: string;
  isSubmit?: boolean;
  isBusy?: boolean;
  describedBy?: string;
  buttonRef?: Ref<HTMLButtonElement>;
  /** It takes something back: where the focus goes after that was done. */
  isUndo?: boolean;
  /** The `data-focus` by which it can be given the focus. */
  focusName?: string;
};

export function Button({ children, onPress, kind = "plain", icon, label, isSubmit, isBusy, describedBy, buttonRef, isUndo, focusName }: ButtonProps) {
  return (
    <button
      type={isSubmit ? "submit" : "button"}
      class={`button ${kind}`}
      ref={buttonRef ?? null}
      data-focus={focusName}
      data-undo={isUndo ? "" : undefined}
      aria-label={label}
      aria-describedby={describedBy}
      aria-busy={isBusy ? "true" : undefined}
      onClick={(event) => {
        // A submit button submits its form, which does the work.
        if (!isSubmit && !isBusy) onPress(event.detail > 0);
        else if (isBusy) event.preventDefault();
      }}
    >
      {icon && <Icon name={icon} />}
      {children !== "" && <span>{children}</span>}
    </button>
  );
}
