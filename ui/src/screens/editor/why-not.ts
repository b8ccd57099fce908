/** Why something could not be done, in one sentence for the person who asked for it. */
import { type Problem, isOf } from "../../api/problem.ts";

export type Failure = { problem: Problem } | { offline: true };

export function whyNot(failure: Failure, what: "reveal" | "save" | "rename" | "read"): string {
  if ("offline" in failure) return `The service can't be reached. ${CONSEQUENCES[what]}`;
  const { problem } = failure;
  if (isOf(problem, "forbidden-origin")) return "The service refuses changes from this address; the notice above says what to do.";
  if (isOf(problem, "malformed-server")) return "What is stored under this name now is not a valid configuration. Discard this draft to replace or remove it.";
  if (problem.status === 403 && what === "reveal") return "This key may not reveal secrets.";
  if (problem.status === 403) return "This key may not change servers.";
  const reference = problem.error_id === undefined ? "" : ` The log has more under ${problem.error_id}.`;
  const detail = problem.detail === "" || problem.detail === problem.title ? "" : ` ${problem.detail}`;
  return `${problem.title}.${detail}${reference}`;
}

const CONSEQUENCES = {
  reveal: "Nothing was shown.",
  // A request whose answer was lost may have done its work.
  save: "Your draft is kept: save it again once the service is back.",
  rename: "Look at the list once it is back.",
  read: "Your draft is kept.",
};
