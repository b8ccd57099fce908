/** What is known of the last test of a draft, and whether it still says something of the draft. It asks for nothing. */
import type { Tested } from "../../api/testing.ts";
import { type JsonObject, equal } from "../../json/value.ts";
import type { Failure } from "./why-not.ts";

/** What was tested: a configuration that is not stored, or the state with this tag. */
export type Subject = { config: JsonObject } | { etag: string };

/** `isSaved`: it was saved for this. */
export type Trial =
  | { state: "running"; since: number; isSaved: boolean; cancel: () => void }
  | { state: "tested"; of: Subject; isSaved: boolean; result: Tested }
  | { state: "failed"; isSaved: boolean; failure: Failure };

/** Whether a draft says something else than what was tested. `tag`: of what is stored, where the draft says the same. */
export function isOld(of: Subject, config: JsonObject, tag: string | null): boolean {
  return "etag" in of ? tag !== of.etag : !equal(of.config, config);
}

/** What is known of a draft's test once this configuration of it is stored. */
export function savedTrial(trial: Trial | null, sent: JsonObject, etag: string): Trial | null {
  if (trial?.state !== "tested" || !("config" in trial.of) || !equal(trial.of.config, sent)) return trial;
  return { ...trial, of: { etag } };
}
