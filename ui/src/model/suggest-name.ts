/** A name to offer for a server whose own is taken. */

/** This name, or the first of name-2, name-3 … that is free. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? "" : `-${number}`;
    const candidate = name.slice(0, 128 - suffix.length) + suffix;
    if (!isTaken(candidate)) return candidate;
  }
}
