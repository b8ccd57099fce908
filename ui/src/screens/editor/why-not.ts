/** Why something could not be done, in one sentence for the person who asked for it. */
import { type Failure, isOf } from "../../api/problem.ts";
import { failures } from "../../texts.ts";

export type { Failure } from "../../api/problem.ts";

export function whyNot(failure: Failure, what: "reveal" | "save" | "rename" | "read" | "run"): string {
  if ("offline" in failure) return failures.offline[what];
  const { problem } = failure;
  if (isOf(problem, "forbidden-origin")) return failures.foreignOrigin;
  if (isOf(problem, "malformed-server")) return failures.nowUnreadable;
  if (problem.status === 403 && what === "reveal") return failures.mayNotReveal;
  if (problem.status === 403 && what === "run") return failures.mayNotRun;
  if (problem.status === 403) return failures.mayNotChange;
  const reference = problem.error_id === undefined ? "" : ` ${failures.logHasMore(problem.error_id)}`;
  const detail = problem.detail === "" || problem.detail === problem.title ? "" : ` ${problem.detail}`;
  return `${problem.title}.${detail}${reference}`;
}
