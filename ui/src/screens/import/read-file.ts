/** The text of a file that was chosen or dropped. It never leaves the page but in the request that reads it. */

/** What the service takes; to read more would take long for nothing. Bytes. */
export const LARGEST = 16 << 20;

/** The text of a file in UTF-8, or in UTF-16 with the mark at its beginning; null where it is not one. */
export async function textOf(file: File): Promise<string | null> {
  if (file.size > LARGEST) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = decoded(bytes);
  return text?.includes("\0") === true ? null : text;
}

function decoded(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
