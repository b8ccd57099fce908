/** Whether a configuration names values that are elsewhere. Pure. */
import { type Json, isObject } from "../json/value.ts";

/** Whether any text in it holds what the service would resolve at a start: `${NAME}`. One in a secret that is masked is not seen. */
export function hasReference(value: Json): boolean {
  if (typeof value === "string") return value.includes("${");
  if (Array.isArray(value)) return value.some(hasReference);
  return isObject(value) && [...value.values()].some(hasReference);
}
