/**
 * The table of what is secret in a server's configuration, as `src/model/secret_table.rs` has it: the place of a
 * value decides whether the service masks it. A test holds both tables together.
 */
import { isMask } from "./masks.ts";
import { KNOWN_MEMBERS, OAUTH_PLAIN, OAUTH_SECRETS } from "./secret-tables.generated.ts";
import { isMapOfSecrets, isMeasure, isTellingName, isUrlName, namesSecrets, wasTellingName } from "./secret-words.ts";
import { isUrlWithSecret } from "./url-parts.ts";

/** The member that holds what only other clients understand, by client. */
export const EXTENSIONS = "extensions";

/** The place of a value, as far as secrecy goes. */
export type Position =
  | "root"
  /** Nothing here or below is secret. */
  | "plain"
  /** A known member that holds a scalar or a list: an object in it is judged as an unknown member is. */
  | "known"
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
  /** Names of secrets, and an element of a list of them. */
  | "names"
  | "names-element"
  | Unknown;

/** Below an unknown member: the names above say what is secret. */
type Unknown = {
  telling: Telling;
  /** Whether it is under `auth`, where the names of OAuth are known. */
  underAuth: boolean;
  /** Whether the name of a number says that it measures something. */
  isMeasure: boolean;
};

/** `formerly` where an earlier version took strings for secrets: what it sealed the service still masks. */
type Telling = "no" | "formerly" | "yes";

/** The position of a member of the object at this one. */
export function memberOf(position: Position, name: string): Position {
  if (typeof position !== "string") {
    if (!position.underAuth) return unknown(position.telling, false, name);
    if (OAUTH_SECRETS.includes(name)) return "secret";
    if (position.telling === "yes") return unknown("yes", true, name);
    if (OAUTH_PLAIN.includes(name)) return PLAIN_UNDER_AUTH;
    return unknown(position.telling, true, name);
  }
  switch (position) {
    case "root":
      return memberOfRoot(name);
    case "plain":
      return "plain";
    case "known":
    case "url":
      return unknown("no", false, name);
    case "map":
    case "secret":
    case "names":
      return "secret";
    case "names-element":
      return name === "value" || name === "default" ? "secret" : "names";
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
  }
  if (OAUTH_SECRETS.includes(name)) return "secret";
  return OAUTH_PLAIN.includes(name) ? PLAIN_UNDER_AUTH : unknown("no", true, name);
}

const PLAIN_UNDER_AUTH: Unknown = { telling: "no", underAuth: true, isMeasure: true };

function memberOfRoot(name: string): Position {
  if (name === "env" || name === "headers") return "map";
  if (name === "url" || name === "auth" || name === "authentication") return name;
  if (name === "tools") return "plain";
  // What only another client understands: nobody here knows what of it is secret.
  if (name === EXTENSIONS) return "secret";
  return KNOWN_MEMBERS.includes(name) ? "known" : unknown("no", false, name);
}

function unknown(above: Telling, underAuth: boolean, name: string): Position {
  const below = (telling: Telling): Unknown => ({ telling, underAuth, isMeasure: isMeasure(name) });
  if (above === "yes") return below("yes");
  if (namesSecrets(name)) return "names";
  if (isMapOfSecrets(name)) return "map";
  if (isTellingName(name)) return below("yes");
  if (above === "formerly" || wasTellingName(name)) return below("formerly");
  return isUrlName(name) ? "url" : below("no");
}

/** The position of an element of the array at this one. */
export function elementOf(position: Position): Position {
  if (position === "names") return "names-element";
  return position === "map" || position === "secret" ? "secret" : position;
}

/** What a string at a position is: not secret, a URL that is secret in parts, or secret. */
export function kindOf(position: Position, text: string): "plain" | "url" | "secret" {
  if (typeof position !== "string") {
    if (position.telling === "yes" && text !== "") return "secret";
    if (isUrlWithSecret(text)) return "url";
    return position.telling === "formerly" && isMask(text) ? "secret" : "plain";
  }
  switch (position) {
    case "secret":
    case "map":
    case "oauth-tokens":
      return text === "" ? "plain" : "secret";
    case "auth":
      return text === "" || text === "oauth" ? "plain" : "secret";
    case "names":
    case "names-element":
      return isMask(text) ? "secret" : "plain";
    case "url":
      return "url";
    default:
      return "plain";
  }
}

/** Whether a number at this position is masked. */
export function masksNumbers(position: Position): boolean {
  return masksBooleans(position) || (typeof position !== "string" && position.telling === "yes" && !position.isMeasure);
}

/** Whether a Boolean at this position is masked. */
export function masksBooleans(position: Position): boolean {
  return position === "secret" || position === "map";
}
