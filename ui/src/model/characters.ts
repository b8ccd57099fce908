/**
 * Which characters of a text can't be seen as what they are, and how they are written instead: line breaks, controls, what changes the
 * direction, what has no width, blanks, and what is drawn like another character. It does not know what the text is for.
 */

/** `sign`: a character that is not seen, as JavaScript escapes it. `blank`: a space. `other`: characters that are seen, and are not ASCII. */
export type Part = { kind: "text" | "blank" | "other"; text: string } | { kind: "sign"; text: string; sign: string };

/** What is not drawn, or not as one character at its place; a space is a part of its own. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}\p{Default_Ignorable_Code_Point}\u2800\ufffc]/u;

const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", "\v": "\\v" };

/** The text in its order. Two texts that differ have parts that differ in kind or in what is seen of them. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let before = "";
  for (const character of text) {
    const kind = kindOf(character, before);
    const last = parts.at(-1);
    if (kind === "sign") parts.push({ kind, text: character, sign: escaped(character) });
    else if (last?.kind === kind) last.text += character;
    else parts.push({ kind, text: character });
    before = character;
  }
  return parts;
}

/** The same as plain text, where nothing can be marked: escapes in the place of what is not seen. */
export function seenText(text: string): string {
  return partsOf(text).map((part) => (part.kind === "sign" ? part.sign : part.text)).join("");
}

/** Whether it has characters that can't be seen as what they are. */
export function hasSigns(text: string): boolean {
  return partsOf(text).some(({ kind }) => kind === "sign");
}

/** Whether nothing of it needs a mark in a line: each blank is between two words. */
export function isSeen(text: string): boolean {
  const parts = partsOf(text);
  return parts.every(({ kind, text: own }, index) => kind !== "sign" && (kind !== "blank" || (own.length === 1 && index > 0 && index < parts.length - 1)));
}

/** JSON that is about to be shown, with escapes in the place of what is not seen in it. It says the same. */
export function seenJson(json: string): string {
  const isLine = (part: Part) => part.text === "\n";
  return partsOf(json).map((part) => (part.kind === "sign" && !isLine(part) ? jsonEscapes(part.text) : part.text)).join("");
}

function kindOf(character: string, before: string): Part["kind"] {
  if (character === " ") return "blank";
  if (UNSEEN.test(character)) return "sign";
  // Unicode has it drawn like another one, or as one with the character before it.
  const both = before + character;
  if (character.normalize() !== character || (/\p{M}/u.test(character) && both.normalize() !== both)) return "sign";
  return character > "~" ? "other" : "text";
}

function escaped(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** JSON has no escape for what takes two of its units. */
function jsonEscapes(character: string): string {
  return character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}
