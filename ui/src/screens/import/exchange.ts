/** Another text in the place of the one that is there, with a way back as long as nothing was typed since. */
import { exchangeSource, source } from "../../state/importing.ts";
import { toast } from "../../state/toasts.ts";
import { importing } from "../../texts-import.ts";

/** Puts a text in the place of all, and says so where something was there. */
export function exchange(text: string, file: string | null, said: string): void {
  const isLost = source.peek().text !== "";
  const undo = exchangeSource(text, file);
  if (!isLost) return;
  const run = () => {
    if (undo()) document.querySelector<HTMLElement>(".import-source textarea")?.focus();
  };
  toast({ text: said, kind: "done", action: { label: importing.undo, run } });
}
