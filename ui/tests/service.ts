/** The real service beside which these tests run (`tests/it/ui_model.rs` starts it): bodies in, answers out. */
import { parseAnswer } from "../src/json/read.ts";
import { type Json, type JsonObject, isObject } from "../src/json/value.ts";
import { writeJson } from "../src/json/write.ts";
import { Random } from "./random.ts";

/** An answer; the body of a configuration stays lossless. */
export type Answer = { status: number; body: JsonObject };

/** Who asks whom: a key with every scope, and the service on a document of our own, unless it says otherwise. */
export type Asking = { mayReveal?: boolean; dialect?: Dialect };

/** Documents of OpenHands take no unknown members. */
export type Dialect = "open" | "closed";

export async function call(method: string, path: string, body?: Json, { mayReveal = true, dialect = "open" }: Asking = {}): Promise<Answer> {
  const response = await fetch(setting(dialect === "open" ? "SERVICE" : "SERVICE_OF_OPENHANDS") + path, {
    method,
    headers: { "X-Session-API-Key": setting(mayReveal ? "KEY" : "KEY_WITHOUT_REVEAL"), "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: writeJson(body) }),
  });
  const text = await response.text();
  const answer = text === "" ? new Map<string, Json>() : parseAnswer(text);
  if (!isObject(answer)) throw new Error(`no object: ${text}`);
  return { status: response.status, body: answer };
}

/** Tries a claim with this many seeds, several at a time, each on a server of its own whose name begins so. */
export async function forSeeds(
  count: number,
  name: string,
  claim: (random: Random, server: string, context: string) => Promise<void>,
): Promise<void> {
  let next = 1;
  const lane = async (number: number) => {
    while (next <= count) {
      const seed = next++;
      await claim(new Random(seed), item(`${name}-${number}`), `seed ${seed}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, number) => lane(number)));
}

/** The path of a server. */
export function item(name: string): string {
  return `/api/settings/mcp-servers/${encodeURIComponent(name)}`;
}

/** The configuration that an answer shows. */
export function configOf(answer: Answer): JsonObject {
  const config = answer.body.get("config");
  if (!isObject(config)) throw new Error(`no configuration: ${writeJson(answer.body)}`);
  return config;
}

/** The pointers that a problem names. */
export function errorPointers(answer: Answer): string[] {
  const errors = answer.body.get("errors");
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error) => {
    const pointer = isObject(error) ? error.get("pointer") : undefined;
    return typeof pointer === "string" ? [pointer] : [];
  });
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error("these tests need a running service: run them by `cargo nextest run ui_model`");
  return value;
}
