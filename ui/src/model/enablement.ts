/** Whether a server is to be used: `enabled`, and `disabled`, which other clients write and which outranks it. */
import type { JsonObject } from "../json/value.ts";

/** Whether it is; null where something else than a Boolean says so. */
export function isEnabled(config: JsonObject): boolean | null {
  const disabled = config.get("disabled") ?? null;
  if (disabled !== null) return typeof disabled === "boolean" ? !disabled : null;
  const enabled = config.get("enabled") ?? true;
  return typeof enabled === "boolean" ? enabled : null;
}
