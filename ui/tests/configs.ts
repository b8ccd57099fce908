/** Configurations for tests: from text, and generated ones with members of every kind. */
import { parseJson } from "../src/json/read.ts";
import { type Json, JsonNumber, type JsonObject, isObject } from "../src/json/value.ts";
import { KNOWN_MEMBERS } from "../src/model/secret-tables.generated.ts";
import type { Random } from "./random.ts";
import type { Dialect } from "./service.ts";

export function config(text: string): JsonObject {
  const value = parseJson(text);
  if (!isObject(value)) throw new Error(`no object: ${text}`);
  return value;
}

/** A configuration that the service takes: where unknown members are kept, or mostly also where they are not. */
export function anyConfig(random: Random, dialect: Dialect = "open"): JsonObject {
  const made = openConfig(random);
  if (dialect === "open") return made;
  const known = [...made].filter(([name]) => KNOWN_MEMBERS.includes(name) && !OPEN_ONLY.includes(name));
  return new Map(known.filter(([name]) => name !== "authentication" || made.get("auth") === "oauth"));
}

const OPEN_ONLY = ["tools", "include_tags", "exclude_tags"];

function openConfig(random: Random): JsonObject {
  const made: [string, Json][] = [];
  const isRemote = random.chance(50);
  if (!isRemote || random.chance(10)) made.push(["command", random.pick(["npx", "uvx", "docker", "my server"])]);
  if (isRemote || random.chance(10)) made.push(["url", random.pick(URLS)]);
  if (random.chance(40)) made.push(["args", Array.from({ length: random.below(3) }, () => random.pick(["-y", "--token", "x"]))]);
  if (random.chance(70)) made.push(["env", strings(random, ["A", "API_KEY", "a/b", "~x", "MODE"])]);
  const hasAuth = random.chance(50);
  if (random.chance(50)) made.push(["headers", strings(random, hasAuth ? ["X-Token", "Cookie"] : ["Authorization", "X-Token"])]);
  if (hasAuth) made.push(["auth", auth(random)]);
  if (random.chance(20)) made.push(["authentication", oauth(random)]);
  if (random.chance(30)) made.push(["timeout", new JsonNumber(random.pick(["30", "30.0", "0.5", "1e2"]))]);
  if (random.chance(20)) made.push(["enabled", random.chance(50)]);
  if (random.chance(20)) made.push(["description", random.pick(["", "about a token", "d"])]);
  if (random.chance(20)) made.push(["tools", new Map<string, Json>([["get_token", new Map([["description", "d"]])]])]);
  if (random.chance(40)) made.push([random.pick(TELLING), unknown(random, 2)]);
  if (random.chance(40)) made.push([random.pick(UNTELLING), unknown(random, 2)]);
  return new Map(random.shuffled(made));
}

function strings(random: Random, names: string[]): JsonObject {
  const chosen = names.filter(() => random.chance(50));
  return new Map(chosen.map((name) => [name, random.pick(["", "value", "oauth", "a b", "e"])]));
}

function auth(random: Random): Json {
  switch (random.below(6)) {
    case 0:
      return random.pick(["oauth", "a-token"]);
    case 1:
      return object({ strategy: random.pick(["bearer", "api_key"]), value: random.pick(["v", ""]) });
    case 2:
      return object({ strategy: "basic", username: "u", password: random.pick(["p", ""]) });
    case 3:
      return new Map<string, Json>([["strategy", "header"], ["headers", strings(random, ["X-A", "X-B"])]]);
    case 4:
      return new Map<string, Json>([["strategy", "none"], ["extra", unknown(random, 2)], ["my_key", unknown(random, 2)]]);
    default:
      return new Map<string, Json>([
        ["strategy", "oauth2"],
        ["authentication", new Map<string, Json>([["type", "oauth"], ...oauth(random)])],
        ["state", state(random)],
      ]);
  }
}

function oauth(random: Random): JsonObject {
  const made = object({ client_id: "c", client_secret: random.pick(["s", ""]), client_name: "n" });
  if (random.chance(40)) made.set("additional_client_metadata", new Map<string, Json>([["client_secret", "s"], ["x", "y"]]));
  return made;
}

function state(random: Random): JsonObject {
  return new Map<string, Json>([
    ["tokens", object({ access_token: "t", token_type: "Bearer", id_token: "i", refresh_token: random.pick(["r", ""]) })],
    ["client_info", object({ client_id: "c", client_secret: "s" })],
    ["token_expires_at", new JsonNumber("1.5")],
  ]);
}

/** Unknown members may hold anything but null. */
function unknown(random: Random, depth: number): Json {
  switch (random.below(depth > 0 ? 6 : 4)) {
    case 0:
      return random.pick(["", "v", "oauth", ...URLS, ...TEXTS]);
    case 1:
      return "text";
    case 2:
      return new JsonNumber(random.pick(["1", "2.50"]));
    case 3:
      return random.chance(50);
    case 4:
      return Array.from({ length: random.below(3) }, () => unknown(random, depth - 1));
    default:
      return new Map([random.pick(TELLING), random.pick(UNTELLING)].map((name) => [name, unknown(random, depth - 1)]));
  }
}

function object(members: Record<string, string>): JsonObject {
  return new Map(Object.entries(members));
}

const URLS = [
  "https://h.example/mcp",
  "https://u:p@h.example/mcp",
  "http://h.example:8080/sse?api_key=z&a=b",
  "https://h.example/?a=1#key=2",
  "https://h.example/?%74oken=1&KEY=&x=2",
  "http:u:p@h.example",
  "https://h.example:8080/@scope/x;api_key=z;b=1/c?a=1;token=x;y=2#/r?session=s&v=1",
  "https://h.example/?sig=a&code=b&codec=c&author=d&jwt=e",
  "https://h.example/${BASE}/mcp",
];

/** What is hardly a URL: the service takes none of these where it calls a server. */
const TEXTS = ["https://u:p/w@h.example/mcp", "postgres://u:p#w?x@h.example/db;pin=1", "see https://u:p@h.example/"];

const TELLING = [
  ...["apiKey", "my_secret", "Cookies", "oauth_credentials", "client_secret", "authorization", "TOKENS"],
  ...["x-auth", "dbPwd", "SENTRY_DSN", "oauth2Sig", "HTTPSession", "connection_string", "GITHUB_PAT", "code_verifier"],
];

const UNTELLING = [
  ...["extra", "client_id", "x", "ſecret", "metadata", "inputs", "author", "auth_type", "pattern", "keywords"],
  ...["apiKeyHelper", "bearer_token_env_var", "session_timeout", "hotkeys", "code", "éSIG", "ASIg", "env_keys"],
  ...["serverUrl", "environment", "http_headers", "requestOptions", "environmentVariables"],
];
