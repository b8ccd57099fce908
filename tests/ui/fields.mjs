// What people do with a field beside typing, and what a screen reader says about it.

/** Pastes a text into a field as the clipboard does. */
export async function pasteInto(field, text) {
  await field.focus();
  await field.evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** The hints, warnings and faults that belong to a field; empty if the field has none. */
export function descriptionOf(field) {
  return field.evaluate((element) => {
    const ids = (element.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id !== '');
    return ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
  });
}
