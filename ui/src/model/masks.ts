/**
 * Which texts are masks, whatever their form: `src/model/mask.rs` in the page's language, on the same tables. It
 * knows no stored secret, so that what only may be a mask is left to the service.
 */
import * as tables from "./secret-tables.generated.ts";
import { percentDecoded } from "./url-parts.ts";

/** Whether no secret would look like this: a mask, in whole or in part. */
export function looksMasked(text: string): boolean {
  const plain = percentDecoded(text);
  return isOnlyWord(plain) || isOnlyDots(plain) || hasMark(plain) || hasCertainRun(plain);
}

function isOnlyWord(text: string): boolean {
  return text.replace(/[^\p{Alphabetic}\p{N}]/gu, "").toLowerCase() === tables.MASK_WORD;
}

function isOnlyDots(text: string): boolean {
  const characters = [...text.replace(/^[\s"'`[\]<>(){}]+|[\s"'`[\]<>(){}]+$/gu, "")];
  const isLetter = (character: string) => character.toLowerCase() === tables.MASK_LETTER;
  return characters.length >= tables.SHORTEST_RUN && (characters.every(isDot) || characters.every(isLetter));
}

function hasMark(text: string): boolean {
  return tables.MASK_MARKS.some((mark) => text.toLowerCase().includes(mark));
}

function hasCertainRun(text: string): boolean {
  let run = "";
  for (const character of [...text, ""]) {
    if (isDot(character)) {
      run += character;
      continue;
    }
    const length = [...run].length;
    if (length >= tables.CERTAIN_RUN || (length >= tables.SHORTEST_RUN && /[^*]/u.test(run))) return true;
    run = "";
  }
  return false;
}

function isDot(character: string): boolean {
  return character !== "" && tables.MASK_DOTS.includes(character);
}
