/**
 * What is wrong with a configuration, as sentences: the schema that the service serves says where, and this
 * table says what. It knows no draft and no field; nothing it says quotes a value.
 */
import { type Schema, Validator } from "@cfworker/json-schema";
import { get, pointer, steps } from "../json/pointer.ts";
import { type Json, type JsonObject, isObject, toPlain } from "../json/value.ts";
import { foreignMasks } from "./secrets.ts";
import { authority, hasScheme, isAmbiguous, withScheme } from "./url-parts.ts";

/** What is to be said about one place. */
export type Finding = { pointer: string; message: string; proposal?: Proposal };

/** What would be right at that place, and the same without what could be secret. */
export type Proposal = { value: string; shown: string };

/** What is wrong; nothing where the configuration may be sent. */
export function check(config: JsonObject, schema: unknown): Finding[] {
  const { errors } = validator(schema).validate(toPlain(config));
  const placeOf = (error: { instanceLocation: string }) => decodeURIComponent(error.instanceLocation.slice(1));
  const places = [...new Set(errors.map(placeOf))];
  // A member that fails fails all that holds it, so only the innermost places say something, and where one is missing.
  const lacking = new Set(errors.filter((error) => error.keyword === "required").map(placeOf));
  const telling = places.filter((place) => lacking.has(place) || !places.some((other) => other.startsWith(`${place}/`)));
  const masked = foreignMasks(config).map((at) => ({ pointer: at, message: MASKED }));
  const url = config.get("url");
  // The schema was promised before there were references.
  const led = typeof url === "string" && !isAmbiguous(url) && authority(url).includes("${") ? [REFERENCE_IN_HOST] : [];
  const findings = [...masked, ...led, ...telling.map((place) => finding(config, place))];
  return findings.filter(({ pointer }, index) => findings.findIndex((other) => other.pointer === pointer) === index);
}

/** Schemas are compiled once: the page has one, and checks at every keystroke. */
const validators = new WeakMap<object, Validator>();

function validator(schema: unknown): Validator {
  if (typeof schema !== "object" || schema === null) throw new TypeError("a schema is an object");
  const known = validators.get(schema) ?? new Validator(schema as Schema, "2020-12", false);
  validators.set(schema, known);
  return known;
}

function finding(config: JsonObject, place: string): Finding {
  const [member = "", inner, ...deeper] = steps(place);
  if (member === "") return { pointer: "", message: NOTHING_TO_START };
  if (member === "auth") return authFinding(config, place);
  if (member === "enabled" && typeof config.get(member) === "boolean") return CONTRADICTION;
  if (member === "transport" || member === "type") return { pointer: place, message: transportMessage(config.get(member), member) };
  if ((member === "env" || member === "headers") && deeper.length === 0) {
    if (inner === undefined) return { pointer: place, message: "Must be names with texts." };
    if (typeof get(config, place) !== "string") return { pointer: place, message: TEXT };
    if (member === "env") return { pointer: place, message: "A variable's name must not be empty or hold =." };
    return isBesideAuth(config, inner) ? BESIDE_AUTH : { pointer: place, message: headerMessage(inner) };
  }
  if (member === "url") return urlFinding(config.get(member));
  if (place === "/command" && config.get(member) === "") return { pointer: place, message: NO_COMMAND };
  const message = (inner === undefined ? MEMBERS : ELEMENTS).get(member);
  return { pointer: place, message: message ?? (get(config, place) === null ? NO_NULL : "The schema does not allow this here.") };
}

const REFERENCE_IN_HOST = { pointer: "/url", message: "A reference such as ${NAME} may be in the path and the query only." };
const MASKED = "This looks like a mask, not like a secret. Enter the secret itself, or keep the stored one.";
const TEXT = "Must be text.";
const LIST = "Must be a list of texts.";
const SECONDS = "Must be a number of at least 0.";
const TRUTH = "Must be true or false.";
const MEMBERS_OF = "Must be an object.";
const NO_NULL = "Must not be null: leave it out instead.";

const HEADER_VALUE = "Must be one line of printable ASCII.";
const HEADER_NAME = "A header's name must be letters, digits or -, without blanks or colons.";

function headerMessage(name: string): string {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) ? HEADER_VALUE : HEADER_NAME;
}

function isBesideAuth(config: JsonObject, name: string): boolean {
  return name.toLowerCase() === "authorization" && (config.get("auth") ?? null) !== null;
}

/** The schema names the other of the two. */
const CONTRADICTION = { pointer: "/disabled", message: "Contradicts enabled: keep one of them." };

const BESIDE_AUTH = {
  pointer: "/auth",
  message: "Authentication can't be combined with a header Authorization: remove one of them.",
};

/** What is said of the whole where neither is there. */
export const NOTHING_TO_START = "A command or a URL is needed.";
const NO_COMMAND = "A command is needed.";
const NO_URL = "A URL is needed.";

/** What is wrong with a URL; where only its scheme is missing, with it. */
function urlFinding(url: Json | undefined): Finding {
  const at = "/url";
  if (url === "") return { pointer: at, message: NO_URL };
  if (typeof url !== "string") return { pointer: at, message: TEXT };
  if (isAmbiguous(url) || hasScheme(url)) return { pointer: at, message: "Must hold no white space, control characters or backslashes." };
  const shown = withScheme(url);
  if (shown === null) return { pointer: at, message: "Must begin with https:// or http://." };
  const value = `${shown.slice(0, shown.indexOf(":"))}://${url.replace(/^\/+/, "")}`;
  return { pointer: at, message: `Has no scheme. Did you mean ${shown}?`, proposal: { value, shown } };
}

const MEMBERS = new Map(
  Object.entries({
    command: "Must be text on one line, and not blank.",
    args: LIST,
    cwd: "Must be text on one line.",
    description: TEXT,
    icon: TEXT,
    timeout: SECONDS,
    sse_read_timeout: SECONDS,
    keep_alive: TRUTH,
    enabled: TRUTH,
    disabled: TRUTH,
    tools: MEMBERS_OF,
    authentication: MEMBERS_OF,
    include_tags: LIST,
    exclude_tags: LIST,
  }),
);

const ELEMENTS = new Map(Object.entries({ args: TEXT, include_tags: TEXT, exclude_tags: TEXT }));

function transportMessage(word: Json | undefined, member: string): string {
  if (word === "stdio") return "stdio needs a command.";
  const isRemote = word === "http" || word === "streamable-http" || word === "sse" || (word === "shttp" && member === "type");
  return isRemote ? "This transport needs a URL." : "Must be stdio, http, streamable-http or sse.";
}

function authFinding(config: JsonObject, place: string): Finding {
  const auth = config.get("auth");
  const isBasic = isObject(auth) && auth.get("strategy") === "basic";
  if (place === "/auth" && isBasic && !auth.has("username")) return { pointer: "/auth/username", message: "A user name is needed." };
  if (place === "/auth" && isObject(auth)) return { pointer: pointer("auth", "strategy"), message: STRATEGY };
  if (place === "/auth" && typeof auth === "string" && auth !== "") return { pointer: place, message: HEADER_VALUE };
  if (place === "/auth") return { pointer: place, message: "Must be a token, or an object with a strategy." };
  const sent = typeof get(config, place) === "string";
  if (sent && place === "/auth/value") return { pointer: place, message: HEADER_VALUE };
  if (sent && place === "/auth/header_name") return { pointer: place, message: HEADER_NAME };
  if (sent && place.startsWith("/auth/headers/")) return { pointer: place, message: headerMessage(steps(place)[2] ?? "") };
  if (place === "/auth/strategy") return { pointer: place, message: STRATEGY };
  if (place.startsWith("/auth/authentication")) return { pointer: place, message: oauthMessage(config, place) };
  const isObjectPlace = ["/auth/headers", "/auth/state", "/auth/state/tokens", "/auth/state/client_info"].includes(place);
  if (isObjectPlace) return { pointer: place, message: MEMBERS_OF };
  if (place === "/auth/state/token_expires_at") return { pointer: place, message: "Must be a number." };
  return { pointer: place, message: get(config, place) === null ? NO_NULL : TEXT };
}

const STRATEGY = "Must be one of none, api_key, bearer, basic, header and oauth2.";

function oauthMessage(config: JsonObject, place: string): string {
  const value = get(config, place);
  const isTyped = get(config, "/auth/authentication/type") === "oauth";
  if (place === "/auth/authentication") return isObject(value) && !isTyped ? "Its type must be oauth." : MEMBERS_OF;
  switch (place) {
    case "/auth/authentication/type":
      return "Must be oauth.";
    case "/auth/authentication/client_auth_method":
      return "Must be none, client_secret_post, client_secret_basic or private_key_jwt.";
    case "/auth/authentication/scopes":
      return "Must be text, or a list of texts.";
    case "/auth/authentication/additional_client_metadata":
      return MEMBERS_OF;
    default:
      return value === null ? NO_NULL : TEXT;
  }
}
