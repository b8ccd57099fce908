/** Whether a server works, as the API tries it. It keeps nothing. */
import { parseAnswer } from "../json/read.ts";
import type { JsonObject } from "../json/value.ts";
import { POST, answered, body, waiting } from "./client.ts";
import type { Described } from "./instances.ts";
import type { Result } from "./problem.ts";
import type { components } from "./schema.d.ts";

export type Tested = Described<components["schemas"]["TestResult"]>;
export type TestStage = Described<components["schemas"]["TestStage"]>;

/** Longer than every stage together may take. */
const PATIENCE_MS = 180_000;

/** A stored server by its name; a configuration; or both, where masks keep what is stored. */
export type Target = { name: string } | { config: JsonObject; name?: string };

/** Tests it. Where `signal` is aborted the service ends what it has started for the test. */
export function test(target: Target, signal: AbortSignal): Promise<Result<Tested>> {
  const asked: JsonObject = new Map();
  if (target.name !== undefined) asked.set("name", target.name);
  if ("config" in target) asked.set("config", target.config);
  const request = POST("/api/instances/test", { body: body(asked), parseAs: "text", ...waiting(PATIENCE_MS, signal) });
  return answered(request, (_, text) => {
    parseAnswer(text);
    return JSON.parse(text) as Tested;
  });
}
