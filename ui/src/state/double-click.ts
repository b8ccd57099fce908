/**
 * A double click is meant for what was there first. Where its first click changed what is under the pointer, the second one
 * does nothing: it would be done to something that nobody aimed at.
 */
let first: Element | null = null;

addEventListener(
  "click",
  (event) => {
    const control = controlOf(event.target);
    if (event.detail > 1 && first !== null && control !== first) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (event.isTrusted) {
      first = control;
    }
  },
  { capture: true },
);

/** What a click is for; a label clicks its field. */
function controlOf(target: EventTarget | null): Element | null {
  if (!(target instanceof Element)) return null;
  const label = target.closest("label");
  return label?.control ?? target.closest("button, a, input, select, textarea, summary") ?? target;
}
