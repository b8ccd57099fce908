/**
 * The kinds of authentication that the form knows, where each has its members, and what becomes of a draft when
 * another kind is chosen. Older files say it with a string and `authentication`; those stay as they are.
 */
import { get, pointer } from "../../json/pointer.ts";
import { type Json, type JsonObject, isObject } from "../../json/value.ts";
import { authKinds as texts, editor } from "../../texts-editing.ts";

export type AuthKind = "none" | "bearer" | "api_key" | "basic" | "header" | "oauth2" | "custom";

export const AUTH_KINDS: [AuthKind, string][] = [
  ["none", texts.none],
  ["bearer", texts.bearer],
  ["api_key", texts.apiKey],
  ["basic", texts.basic],
  ["header", texts.header],
  ["oauth2", texts.oauth2],
  ["custom", texts.custom],
];

/** What was typed for kinds that are not chosen now. */
export type OtherKinds = Map<AuthKind, JsonObject>;

export type AuthField =
  | { kind: "text"; at: string; label: string; hint?: string }
  | { kind: "secret"; at: string; label: string }
  | { kind: "pairs"; at: string; label: string }
  | { kind: "list"; at: string; label: string; one: string }
  | { kind: "choice"; at: string; label: string; options: [string, string][] };

const MEMBERS = ["auth", "authentication"];

const CLIENT_METHODS: [string, string][] = [
  ["", editor.clientDefault],
  ["none", "none"],
  ["client_secret_post", "client_secret_post"],
  ["client_secret_basic", "client_secret_basic"],
  ["private_key_jwt", "private_key_jwt"],
];

export function authKind(config: JsonObject): AuthKind {
  const auth = config.get("auth") ?? null;
  if (auth === null) return config.has("authentication") ? "custom" : "none";
  if (auth === "oauth") return isObject(config.get("authentication")) ? "oauth2" : "custom";
  if (typeof auth === "string") return "bearer";
  const strategy = isObject(auth) ? auth.get("strategy") : undefined;
  return AUTH_KINDS.find(([kind]) => kind === strategy && kind !== "custom")?.[0] ?? "custom";
}

/** The draft with another kind of authentication, and what was typed for the others. */
export function withAuthKind(config: JsonObject, to: AuthKind, others: OtherKinds): { config: JsonObject; others: OtherKinds } {
  const from = authKind(config);
  // Custom is another view on the same members.
  if (from === to || to === "custom") return { config, others };
  const kept = new Map(others).set(from, new Map([...config].filter(([name]) => MEMBERS.includes(name))));
  const next = new Map([...config].filter(([name]) => !MEMBERS.includes(name)));
  for (const [name, value] of kept.get(to) ?? fresh(to)) next.set(name, value);
  return { config: next, others: kept };
}

function fresh(kind: AuthKind): [string, Json][] {
  if (kind === "none") return [];
  const members: [string, Json][] = [["strategy", kind]];
  if (kind === "oauth2") members.push(["authentication", new Map([["type", "oauth"]])]);
  return [["auth", new Map(members)]];
}

/** The fields of the draft's kind, in the order in which they are shown; `stored` is what the draft began with. */
export function authFields(config: JsonObject, stored: JsonObject | null): AuthField[] {
  switch (authKind(config)) {
    case "bearer":
      return [{ kind: "secret", at: typeof config.get("auth") === "string" ? "/auth" : "/auth/value", label: texts.token }];
    case "api_key":
      return [
        { kind: "secret", at: "/auth/value", label: texts.key },
        { kind: "text", at: "/auth/header_name", label: texts.headerName, hint: texts.headerNameHint },
      ];
    case "basic":
      return [
        { kind: "text", at: "/auth/username", label: texts.userName },
        { kind: "secret", at: "/auth/password", label: texts.password },
      ];
    case "header":
      return [{ kind: "pairs", at: "/auth/headers", label: texts.headers }];
    case "oauth2":
      return oauthFields(config, stored);
    case "none":
    case "custom":
      return [];
  }
}

/** The members of `auth` and `authentication` that none of these fields shows. */
export function authRest(config: JsonObject, fields: AuthField[]): string[] {
  const places = fields.map(({ at }) => at);
  const unshown = (at: string): string[] => {
    if (places.includes(at)) return [];
    const value = get(config, at);
    if (!isObject(value) || !(at === "/auth" || at === "/authentication" || places.some((place) => place.startsWith(`${at}/`)))) return [at];
    return [...value.keys()].filter((name) => !SAID.includes(name)).flatMap((name) => unshown(at + pointer(name)));
  };
  return ["/auth", "/authentication"].filter((at) => isObject(get(config, at))).flatMap(unshown);
}

/** What the choice of the kind says already. */
const SAID = ["strategy", "type"];

function oauthFields(config: JsonObject, stored: JsonObject | null): AuthField[] {
  const client = config.get("auth") === "oauth" ? "/authentication" : "/auth/authentication";
  const isList = Array.isArray(get(config, `${client}/scopes`));
  return [
    { kind: "text", at: `${client}/client_id`, label: texts.clientId },
    { kind: "secret", at: `${client}/client_secret`, label: texts.clientSecret },
    isList
      ? { kind: "list", at: `${client}/scopes`, label: texts.scopes, one: texts.scope }
      : { kind: "text", at: `${client}/scopes`, label: texts.scopes, hint: texts.scopesHint },
    { kind: "text", at: `${client}/client_name`, label: texts.clientName },
    { kind: "choice", at: `${client}/client_auth_method`, label: texts.clientAuth, options: CLIENT_METHODS },
    { kind: "text", at: `${client}/client_metadata_url`, label: texts.clientMetadata },
    ...tokens(config, stored),
  ];
}

/** What OpenHands keeps of a login. If it exists it can be replaced and cleared; nobody types a new one. */
function tokens(config: JsonObject, stored: JsonObject | null): AuthField[] {
  const known: [string[], string][] = [
    [["auth", "state", "tokens", "access_token"], texts.accessToken],
    [["auth", "state", "tokens", "refresh_token"], texts.refreshToken],
    [["auth", "state", "client_info", "client_secret"], texts.registeredSecret],
  ];
  return known
    .map(([names, label]) => ({ kind: "secret" as const, at: pointer(...names), label }))
    .filter(({ at }) => get(config, at) !== undefined || (stored !== null && get(stored, at) !== undefined));
}
