/**
 * Which names announce a secret: `src/model/secret_words.rs` in the page's language, on the same tables. It knows
 * names only, never values.
 */
import * as tables from "./secret-tables.generated.ts";

/** Whether what has this name is a secret. */
export function isTellingName(name: string): boolean {
  const words = wordsOf(name);
  return !endsWithAny(words, tables.NAMES_OF_SECRETS) && tell(words);
}

/** Whether version 0.1.0 took what has this name for a secret. */
export function wasTellingName(name: string): boolean {
  return tables.FIRST_PARTS.some((part) => upper(name).includes(part));
}

/** Whether the value of a URL's parameter of this name is a secret. */
export function isTellingInUrl(name: string): boolean {
  return isTellingName(name) || tables.URL_NAMES.includes(upper(name));
}

/** Whether a number of this telling name measures something instead of being the secret. */
export function isMeasure(name: string): boolean {
  return wordsOf(name).some((word) => tables.MEASURE_WORDS.includes(word));
}

/** Whether what has this name holds the names of secrets, or how to get them. */
export function namesSecrets(name: string): boolean {
  return endsWithAny(wordsOf(name), tables.NAMES_OF_SECRETS);
}

/** Whether each value below this name is a secret. */
export function isMapOfSecrets(name: string): boolean {
  const words = wordsOf(name);
  return !endsWithAny(words, tables.NAMES_OF_SECRETS) && endsWithAny(words, tables.MAPS_OF_SECRETS);
}

/** Whether a telling name of an argument says where the secret is, or of what kind. */
export function isPlace(name: string): boolean {
  return endsWithAny(wordsOf(name), tables.PLACE_WORDS);
}

/** Whether what has this name is a URL. */
export function isUrlName(name: string): boolean {
  return endsWithAny(wordsOf(name), tables.URLS);
}

/**
 * The words of a name in upper case: apart where there is no letter or digit, between a letter and a digit, where a
 * small letter is followed by a capital one, and before the last of several capital letters that a small one follows.
 */
function wordsOf(name: string): string[] {
  const characters = [...name];
  const words: string[] = [];
  let isOpen = false;
  characters.forEach((character, index) => {
    if (/[\0-\x7f]/.test(character) && !/[A-Za-z0-9]/.test(character)) {
      isOpen = false;
      return;
    }
    const before = characters[index - 1] ?? "";
    const isNew =
      !isOpen ||
      isDigit(before) !== isDigit(character) ||
      (isCapital(character) && (!isCapital(before) || /[a-z]/.test(characters[index + 1] ?? "")));
    if (isNew) words.push("");
    isOpen = true;
    words[words.length - 1] += upper(character);
  });
  return words;
}

function isDigit(character: string): boolean {
  return /[0-9]/.test(character);
}

function isCapital(character: string): boolean {
  return /[A-Z]/.test(character);
}

/** Only ASCII letters have two cases here, as in the service: `ſ` is no S. */
function upper(text: string): string {
  return text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

function tell(words: string[]): boolean {
  const telling = words.filter((word) => !tables.PLAIN_WORDS.includes(word));
  const squeezed = telling.join("");
  const isAbout = words.length > 1 && tables.ABOUT_WORDS.includes(words.at(-1) ?? "");
  return (
    tables.PARTS.some((part) => squeezed.includes(part)) ||
    (!isAbout && telling.some((word) => tables.WHOLE_WORDS.includes(word)))
  );
}

function endsWithAny(words: string[], ends: readonly string[]): boolean {
  return ends.some((end) => ` ${words.join(" ")}`.endsWith(` ${end}`));
}
