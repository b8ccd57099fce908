/**
 * What the reader looks for in the list. It is part of the list's address, so that a link, a reload and the way back find the
 * same. It does not know what is found.
 */
import { signal } from "@preact/signals";
import { type Finding, findingOf, queryOf } from "../model/finding.ts";

const LIST = "#/";

/** Browsers refuse an address that changes with each key. */
const WRITE_MS = 300;

export const finding = signal<Finding>(findingOf(location.hash));

let timer: number | undefined;

/** The address of the list as it is now. */
export function listAddress(): string {
  return LIST + queryOf(finding.peek());
}

/** The reader has gone to an address of the list. */
export function readFinding(address: string): void {
  window.clearTimeout(timer);
  timer = undefined;
  const found = findingOf(address);
  if (queryOf(found) !== queryOf(finding.peek())) finding.value = found;
}

/** A filter is turned: the way back leads to the list as it was. */
export function find(next: Finding): void {
  settleFinding();
  finding.value = next;
  if (isAtList()) history.pushState(null, "", listAddress());
}

/** A word is being typed: the way back leads to before it was begun. */
export function findWords(search: string): void {
  if (finding.peek().search === "" || search === "") {
    find({ ...finding.peek(), search });
    return;
  }
  finding.value = { ...finding.peek(), search };
  window.clearTimeout(timer);
  timer = window.setTimeout(settleFinding, WRITE_MS);
}

/** Brings the address up to date: the reader is done with typing, or goes elsewhere. */
export function settleFinding(): void {
  if (timer === undefined) return;
  window.clearTimeout(timer);
  timer = undefined;
  if (isAtList() && location.hash !== listAddress()) history.replaceState(null, "", listAddress());
}

/** The address without anything behind `#` is that of the list, too. */
function isAtList(): boolean {
  return location.hash === "" || location.hash === LIST || location.hash.startsWith(`${LIST}?`);
}

addEventListener("pagehide", settleFinding);
