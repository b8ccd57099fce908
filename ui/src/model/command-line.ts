/** A command and its arguments as a line for people. */

/** Words as a shell takes them: quoted where they need it. */
export function shellLine(words: string[]): string {
  return words.map((word) => (/^[\w@%+=:,./…-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
