/** The names that a server may have: each must fit into a URL as one segment that nothing rewrites. */

/** What is wrong with a name, as a sentence; null where it is legal. */
export function isServerName(name: string): string | null {
  if (name === "") return "A name is needed.";
  if (name === "." || name === "..") return "A name can't be only one or two dots.";
  if (name.length > 128) return "A name has at most 128 characters.";
  const strange = /[^A-Za-z0-9_.@:+-]/u.exec(name)?.[0];
  if (strange === undefined) return null;
  const what = /\s/.test(strange) ? "White space" : `The character ${strange}`;
  return `${what} can't be in a name: use letters A to Z, digits, and _ . @ : + -`;
}
