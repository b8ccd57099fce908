/**
 * Where the service is: beside the page, whatever path a proxy has put before both. So one build works at any path. It
 * does not know what is asked for.
 */

/** The prefix of each path of the API: the folder of the page, without the slash at its end. */
export const base = typeof location === "undefined" ? "" : new URL(".", location.href).pathname.replace(/\/$/, "");

/** What a browser calls a path of the API. */
export function urlOf(path: string): string {
  return base + path;
}
