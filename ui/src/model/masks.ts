/**
 * Which texts are masks, whatever their form: `src/model/mask.rs` in the page's language, on the same tables. It
 * knows no stored secret, so that what only may be a mask is left to the service.
 */
import type { Json } from "../json/value.ts";
import * as tables from "./secret-tables.generated.ts";
import { percentDecoded } from "./url-parts.ts";

/** Whether the service takes this text as "keep what is stored". */
export function isMask(text: string): boolean {
  return tables.OUR_MASKS.includes(text) || (text.length >= tables.OUR_RUN && /^\*+$/.test(text));
}

/** Whether a value is such a text. */
export function isMasked(value: Json | undefined): boolean {
  return typeof value === "string" && isMask(value);
}

/** Whether no secret would look like this: a mask, in whole or in part. */
export function looksMasked(text: string): boolean {
  const plain = unescaped(text);
  return isOnlyWord(plain) || isOnlyDots(plain) || hasMark(plain) || hasCertainRun(plain);
}

function isOnlyWord(text: string): boolean {
  return text.replace(/[^\p{Alphabetic}\p{N}]/gu, "").toLowerCase() === tables.MASK_WORD;
}

function isOnlyDots(text: string): boolean {
  const whole = [...text];
  const isCore = (character: string) => !isDecoration(character);
  const characters = whole.slice(Math.max(whole.findIndex(isCore), 0), whole.findLastIndex(isCore) + 1);
  const isLetter = (character: string) => character.toLowerCase() === tables.MASK_LETTER;
  return characters.length >= tables.SHORTEST_RUN && (characters.every(isDot) || characters.every(isLetter));
}

function isDecoration(character: string): boolean {
  return /\p{White_Space}/u.test(character) || tables.MASK_DECORATION.includes(character);
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

/** A text without the escapes of other notations. */
function unescaped(text: string): string {
  return percentDecoded(text).replace(/\\(?:u[0-9a-f]{4}|")|&[#0-9a-z]{1,8};/gi, (found) => ESCAPES.get(found.toLowerCase()) ?? found);
}

const ESCAPES: ReadonlyMap<string, string> = new Map(tables.MASK_ESCAPES);
