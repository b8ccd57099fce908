/** What holds for every screen and server, above them: the gravest thing alone, what it means and what to do. */
import { useEffect, useState } from "preact/hooks";
import { isForeignOrigin, may, session } from "../api/session.ts";
import { Banner, type BannerProps } from "../parts/Banner.tsx";
import { Marked } from "../parts/Marked.tsx";
import { mode, whyViewOnly } from "../state/access.ts";
import { isRunOff, isRunner } from "../state/instances.ts";
import { connection, isListed, listProblem } from "../state/live.ts";
import { troubles } from "../state/trouble.ts";
import { notices } from "../texts.ts";

/** From when on it is said that something takes long. */
const PATIENCE_MS = 300;

/** A service that has just started does not know yet whether it runs the servers. */
const RUNNER_PATIENCE_MS = 3_000;

/** What it is, in bold, and what it means; either may be missing. */
type Notice = Pick<BannerProps, "kind" | "tone"> & { text: readonly string[] };

export function Notices() {
  const { state } = connection.value;
  const isIn = session.value.state !== "signed-out";
  const isLate = useLate(isIn && (state === "stale" || (state === "connecting" && !isListed.value)), state);
  const isElsewhere = useLate(isRunner.value === false, "runner", RUNNER_PATIENCE_MS);
  const notice = gravest(isIn, isLate, isElsewhere);
  return <div class="notices">{notice !== null && <NoticeBanner {...notice} />}</div>;
}

/** One at a time: what is below it is said once it is gone. */
function gravest(isIn: boolean, isLate: boolean, isElsewhere: boolean): Notice | null {
  const { state } = connection.value;
  if (isIn && state === "offline") return { kind: "alert", text: notices.offline };
  if (isForeignOrigin.value) return FOREIGN_ORIGIN;
  if (!isIn) return null;
  const problem = listProblem.value;
  if (problem !== null) return { kind: "alert", text: notices.problem(problem.title, problem.detail, isListed.value) };
  const [trouble] = troubles.value.toSorted((a, b) => Number(b.code === "wrong-key") - Number(a.code === "wrong-key"));
  if (trouble?.code === "wrong-key") return { kind: "alert", text: notices.wrongKey };
  if (trouble !== undefined) return { kind: "alert", text: [notices.degraded, trouble.detail] };
  if (mode.value === "view" && whyViewOnly.value !== null) {
    return { kind: "status", tone: may("write") === false ? "calm" : "warning", text: whyViewOnly.value };
  }
  if (isLate) return { kind: "status", text: ["", state === "stale" ? notices.away : notices.waiting] };
  if (isElsewhere) return { kind: "status", text: isRunOff.value ? notices.runOff : notices.elsewhere };
  return null;
}

/** The service can't know under which origin a proxy shows this page; the page does. */
const FOREIGN_ORIGIN: Notice = { kind: "alert", text: notices.foreignOrigin(location.origin) };

export function ForeignOrigin() {
  return <NoticeBanner {...FOREIGN_ORIGIN} />;
}

function NoticeBanner({ text: [title = "", text = ""], ...look }: Notice) {
  return (
    <Banner key={title} {...look}>
      {title && (
        <strong>
          <Marked>{title}</Marked>
        </strong>
      )}{" "}
      <Marked>{text}</Marked>
    </Banner>
  );
}

/** Whether something has held for so long that it should be said. */
function useLate(holds: boolean, what: string, patience = PATIENCE_MS): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!holds) return;
    const timer = window.setTimeout(() => setLate(true), patience);
    return () => window.clearTimeout(timer);
  }, [holds, what]);
  return isLate;
}
