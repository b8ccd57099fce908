/**
 * The table of what is secret in a server's configuration, as `src/model/leaf.rs` has it: where a value stands
 * decides whether the service masks it. It refuses to know values; a test holds both tables together.
 */
import * as tables from "./secret-tables.generated.ts";
import { isTellingName } from "./secret-words.ts";

/** Where a value stands, as far as secrecy goes. */
export type Position =
  | "root"
  /** Nothing here or below is secret. */
  | "plain"
  /** A URL: secret in parts. */
  | "url"
  /** `env` or `headers`: every scalar here and below is secret. */
  | "map"
  /** Every scalar here and below is secret. */
  | "secret"
  /** A string is secret, but for the word `oauth`. */
  | "auth"
  | "authentication"
  | "auth-state"
  | "oauth-tokens"
  | "oauth-client"
  /** Below an unknown member whose name, or that of one above, tells that strings are secret, or none does. */
  | "unknown-telling"
  | "unknown-plain"
  /** The same under `auth` and `authentication`, where the names of OAuth are known. */
  | "auth-telling"
  | "auth-plain";

/** Where a member of the object at this position stands. */
export function memberOf(position: Position, name: string): Position {
  switch (position) {
    case "root":
      return memberOfRoot(name);
    case "plain":
    case "url":
      return "plain";
    case "map":
    case "secret":
      return "secret";
    case "unknown-telling":
    case "unknown-plain":
      return position === "unknown-telling" || isTellingName(name) ? "unknown-telling" : "unknown-plain";
    case "auth":
      if (name === "value" || name === "password") return "secret";
      if (name === "headers") return "map";
      if (name === "authentication") return "authentication";
      if (name === "state") return "auth-state";
      break;
    case "auth-state":
      if (name === "tokens") return "oauth-tokens";
      if (name === "client_info") return "oauth-client";
      break;
    case "auth-telling":
      return tables.OAUTH_SECRETS.includes(name) ? "secret" : "auth-telling";
  }
  if (tables.OAUTH_SECRETS.includes(name)) return "secret";
  return isTellingName(name) && !tables.OAUTH_PLAIN.includes(name) ? "auth-telling" : "auth-plain";
}

function memberOfRoot(name: string): Position {
  if (name === "env" || name === "headers") return "map";
  if (name === "url" || name === "auth" || name === "authentication") return name;
  if (tables.KNOWN_MEMBERS.includes(name)) return "plain";
  return isTellingName(name) ? "unknown-telling" : "unknown-plain";
}

/** Where an element of the array at this position stands. */
export function elementOf(position: Position): Position {
  return position === "map" || position === "secret" ? "secret" : position;
}

/** Whether a string at this position is secret; of a URL, only parts are. */
export function isSecretString(position: Position, text: string): boolean {
  switch (position) {
    case "secret":
    case "map":
    case "oauth-tokens":
    case "unknown-telling":
    case "auth-telling":
      return text !== "";
    case "auth":
      return text !== "" && text !== "oauth";
    default:
      return false;
  }
}

/** Whether a number or truth value at this position is masked. */
export function masksScalars(position: Position): boolean {
  return position === "secret" || position === "map";
}
