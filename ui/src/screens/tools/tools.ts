/**
 * The tools of one server and who may call them, for as long as they are looked at: asked for at first, and again where the stream says
 * that the server runs otherwise or that its tools have changed. Never more than one question at a time, and none without a reason.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { isOf } from "../../api/problem.ts";
import { type ToolListing, type ToolPolicy, acceptTools, setToolRules, toolPolicyOf, toolsOf } from "../../api/tools.ts";
import type { ToolRules } from "../../model/tool-rules.ts";
import { statusOf } from "../../state/instances.ts";
import { pending } from "../../state/pending.ts";
import { toast } from "../../state/toasts.ts";
import { listing as shared, tools as texts } from "../../texts-testing.ts";
import { type Failure, whyNot } from "../editor/why-not.ts";

export type Offered = {
  listing: ToolListing | null;
  policy: ToolPolicy | null;
  failure: Failure | null;
  isBusy: boolean;
  /** Whether the server listed something else while the reader looked at what was to be accepted. */
  hasChanged: boolean;
  /** `isAsked`: a running server is asked again first. */
  look: (isAsked?: boolean) => Promise<void>;
  choose: (rules: ToolRules) => Promise<void>;
  accept: () => Promise<void>;
};

export function useTools(name: string): Offered {
  const status = statusOf(name);
  const [listing, setListing] = useState<ToolListing | null>(null);
  const [policy, setPolicy] = useState<ToolPolicy | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [hasChanged, setChanged] = useState(false);
  const own = useRef({ isAsking: false, isWanted: false, isHere: true });

  async function look(isAsked = false): Promise<void> {
    own.current.isWanted = true;
    if (own.current.isAsking) return;
    own.current.isAsking = true;
    setBusy(true);
    let asks = isAsked;
    while (own.current.isWanted && own.current.isHere) {
      own.current.isWanted = false;
      const [found, rules] = await Promise.all([pending(shared.kinds.tools.reading(name), toolsOf(name, asks)), toolPolicyOf(name)]);
      if (!own.current.isHere) break;
      asks = false;
      if ("ok" in found) setListing(found.ok);
      setFailure("ok" in found ? null : found);
      if ("ok" in rules) setPolicy(rules.ok);
    }
    own.current.isAsking = false;
    setBusy(false);
  }

  async function choose(rules: ToolRules): Promise<void> {
    if (policy === null) return;
    const answer = await pending(texts.choosing(name), setToolRules(name, rules, policy.etag));
    if (!("ok" in answer)) {
      const isOvertaken = "problem" in answer && answer.problem.status === 412;
      toast({ text: isOvertaken ? texts.overtaken : texts.notChosen(whyNot(answer, "run")), kind: "failed" });
    }
    await look();
  }

  async function accept(): Promise<void> {
    if (listing === null) return;
    const answer = await pending(texts.accepting(name), acceptTools(name, listing.fingerprint));
    if ("ok" in answer) {
      setListing(answer.ok);
      setChanged(false);
      toast({ text: texts.wereAccepted(name), kind: "done" });
      return;
    }
    const isOther = "problem" in answer && isOf(answer.problem, "tools-changed");
    if (!isOther) toast({ text: texts.notAccepted(whyNot(answer, "run")), kind: "failed" });
    await look();
    setChanged(isOther);
  }

  useEffect(() => void look(), [name, status?.generation, status?.state, status?.drift]);
  useEffect(
    () => () => {
      own.current.isHere = false;
    },
    [],
  );
  return { listing, policy, failure, isBusy, hasChanged, look, choose, accept };
}
