/**
 * A command and its arguments as a line for people, and which arguments look like secrets: the service shows
 * and stores arguments in the clear, so a secret among them is worth a warning and is not shown by the page.
 */
import { isTellingName } from "./secret-words.ts";

/** What stands in the place of a secret. */
export const HIDDEN = "…";

/** One argument taken apart: what may be shown, and whether a secret seems to follow. */
type Piece = { shown: string; hides: boolean; announces: boolean };

/** The arguments with what looks like a secret left out. */
export function shownArguments(args: string[]): string[] {
  return pieces(args).map((piece) => piece.shown);
}

/** The indexes of the arguments that look like secrets, or hold one. */
export function telltaleArguments(args: string[]): number[] {
  return pieces(args).flatMap((piece, index) => (piece.hides ? [index] : []));
}

/** Words as a shell takes them: quoted where they need it. */
export function shellLine(words: string[]): string {
  return words.map((word) => (/^[\w@%+=:,./…-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

function pieces(args: string[]): Piece[] {
  const out: Piece[] = [];
  for (const argument of args) {
    const isAnnounced = out.at(-1)?.announces === true && !argument.startsWith("-");
    out.push(isAnnounced && !isReference(argument) ? { shown: HIDDEN, hides: true, announces: false } : piece(argument));
  }
  return out;
}

function piece(argument: string): Piece {
  const open: Piece = { shown: argument, hides: false, announces: false };
  // `--api-key=value`, `-eAPI_KEY=value`, `API_KEY=value`, and `Authorization: Bearer value`.
  const pair = /^(-*[\w.-]+)(=|:\s*)(.+)$/s.exec(argument);
  const [, name, sign, value] = pair ?? [];
  if (name !== undefined && value !== undefined && isTellingName(name)) {
    const isPath = sign !== "=" && value.startsWith("//");
    return isReference(value) || isPath ? open : { shown: name + sign + HIDDEN, hides: true, announces: false };
  }
  const isFlag = /^--?[A-Za-z][\w-]*$/.test(argument) && isTellingName(argument);
  return { ...open, announces: isFlag };
}

/** A name in the place of a value: `$TOKEN`, `${TOKEN}`, `${input:token}`. */
function isReference(value: string): boolean {
  return /^(Bearer\s+)?(\$\w+|\$\{[^}]*\})$/i.test(value);
}
