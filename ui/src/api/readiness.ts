/** Whether the service can do all that it is for, as its probe says. */
import { GET, answered } from "./client.ts";
import type { components } from "./schema.d.ts";

export type Reason = Pick<components["schemas"]["DegradedReason"], "code" | "detail">;

/** What is wrong although the settings can be read; nothing where that can't be learned. */
export async function readiness(): Promise<Reason[]> {
  const result = await answered(GET("/ready", { parseAs: "text" }), (_, text) => {
    const { reasons = [] } = JSON.parse(text) as { reasons?: Reason[] };
    return reasons;
  });
  return "ok" in result ? result.ok : [];
}
