/** What takes so long that it must be said. What is quick is not mentioned. */
import { signal } from "@preact/signals";

/** From when on work is shown. */
const PATIENCE_MS = 300;

export const pendingWork = signal<string[]>([]);

/** Waits for work, and shows what it is once it takes long. */
export async function pending<T>(what: string, work: Promise<T>): Promise<T> {
  let isShown = false;
  const timer = window.setTimeout(() => {
    isShown = true;
    pendingWork.value = [...pendingWork.value, what];
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    window.clearTimeout(timer);
    if (isShown) {
      const at = pendingWork.value.indexOf(what);
      pendingWork.value = pendingWork.value.filter((_, index) => index !== at);
    }
  }
}
