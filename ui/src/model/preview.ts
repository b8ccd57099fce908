/** A configuration that is about to be stored, as it may be shown: the service has masked its secrets, and what seems to be one is hidden as well. */
import { type Json, type JsonObject, isObject } from "../json/value.ts";
import { writeJson } from "../json/write.ts";
import { isEnabled } from "./enablement.ts";
import { shownByService } from "./secrets.ts";
import { suspects, withoutSuspects } from "./suspects.ts";
import { type Transport, target, transportOf } from "./summary.ts";

export type Preview = {
  transport: Transport;
  /** The command, or the host. */
  line: string;
  /** What else there is, by title: names of variables, never values. */
  rows: [string, string[]][];
  /** The whole as JSON, with words in the places of secrets. */
  text: string;
};

/** A configuration with nothing that seems to be a secret. `findings`: where the service has found some. */
export function withoutSecrets(config: JsonObject, findings: readonly { pointer: string }[]): JsonObject {
  return withoutSuspects(config, [...suspects(config), ...findings].map(({ pointer }) => pointer));
}

export function preview(config: JsonObject, findings: readonly { pointer: string }[]): Preview {
  const safe = withoutSecrets(config, findings);
  const names = (member: string): string[] => {
    const value = config.get(member);
    return isObject(value) ? [...value.keys()] : [];
  };
  const rows: [string, string[]][] = [
    ["Environment", names("env")],
    ["Headers", names("headers")],
    ["Authentication", strategy(config.get("auth"))],
    ["State", isEnabled(config) === false ? ["turned off"] : []],
  ];
  return {
    transport: transportOf(config),
    line: target(safe),
    rows: rows.filter(([, words]) => words.length > 0),
    text: writeJson(shownByService(safe) ?? null, 2),
  };
}

function strategy(auth: Json | undefined): string[] {
  if (typeof auth === "string") return [auth === "oauth" ? "OAuth" : "a token"];
  const word = isObject(auth) ? auth.get("strategy") : undefined;
  return typeof word === "string" ? [word] : [];
}
