/**
 * What would be executed for one server, for as long as it is looked at: asked for at first, and again where the configuration or
 * its approval changes. It says whether it became another under the eyes of the reader.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Launch, approve, launchOf } from "../../api/instances.ts";
import { type Result, isOf } from "../../api/problem.ts";
import { statusOf } from "../../state/instances.ts";
import { servers } from "../../state/live.ts";

type Failure = Exclude<Result<unknown>, { ok: unknown }>;

export type Looked = {
  launch: Launch | null;
  /** Whether something else would be executed than what was shown before; `found`: only its command was looked up meanwhile. */
  hasChanged: false | "changed" | "found";
  failure: Failure | null;
  /** Asks again; with the values of all variables, where that is wanted. */
  look: (isInClear?: boolean) => Promise<void>;
  /** Approves what is shown; "changed" where that is not what would be executed any more, which is shown then. */
  approveShown: () => Promise<"done" | "changed" | Failure>;
  show: (launch: Launch | null) => void;
};

export function useLaunch(name: string): Looked {
  const etag = servers.value.get(name)?.etag;
  const status = statusOf(name);
  const [launch, setLaunch] = useState<Launch | null>(null);
  const [hasChanged, setChanged] = useState<Looked["hasChanged"]>(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const shown = useRef<Launch | null>(null);
  const isHere = useRef(true);

  function show(next: Launch | null) {
    const before = shown.current;
    shown.current = next;
    if (before !== null && next !== null && before.launch !== next.launch) {
      const isFound = before.command?.path === null && butForPlace(before) === butForPlace(next);
      setChanged((was) => (was === "changed" || !isFound ? "changed" : "found"));
    }
    setLaunch(next);
  }

  async function look(isInClear = false) {
    const answer = await launchOf(name, isInClear);
    if (!isHere.current) return;
    if ("ok" in answer) show(answer.ok);
    setFailure("ok" in answer ? null : answer);
  }

  async function approveShown() {
    const id = shown.current?.launch;
    if (id === undefined || id === null) return "changed";
    const answer = await approve(name, id);
    if ("ok" in answer) {
      show(answer.ok);
      setChanged(false);
      return "done";
    }
    if (!("problem" in answer) || !isOf(answer.problem, "launch-changed")) return answer;
    setChanged(false);
    await look();
    setChanged((was) => was || "changed");
    return "changed";
  }

  useEffect(() => void look(), [name, etag, status?.generation, status?.approved, status?.reason]);
  useEffect(
    () => () => {
      isHere.current = false;
    },
    [],
  );
  return { launch, hasChanged, failure, look, approveShown, show };
}

/** What would be executed, wherever its command is. */
function butForPlace({ command, args, cwd, url, transport, env, headers, auth, health_check }: Launch): string {
  return JSON.stringify([command?.command, args, cwd, url, transport, env, headers, auth, health_check]);
}

/** Whether anything is marked as changed. */
export function hasMark({ command, args = [], cwd, url, transport, env = [], headers = [], health_check }: Launch): boolean {
  return [command, cwd, url, transport, health_check, ...args, ...env, ...headers].some((part) => part?.changed === true);
}
