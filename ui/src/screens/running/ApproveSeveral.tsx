/** What several servers would execute, each shown and each chosen by itself, and approving those that were chosen. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Marked } from "../../parts/Marked.tsx";
import { each } from "../../state/bulk.ts";
import { pending } from "../../state/pending.ts";
import { toast } from "../../state/toasts.ts";
import { approval as texts } from "../../texts-running.ts";
import { whyNot } from "../editor/why-not.ts";
import { LaunchView } from "./LaunchView.tsx";
import { type Looked, useLaunch } from "./launch.ts";

type Props = { names: readonly string[]; onClose: () => void };

/** Approves what is shown of one: what is to be said where that was not done. */
type Approve = () => Promise<string | null>;

export function ApproveSeveral({ names: all, onClose }: Props) {
  // Those that it was opened for, although they need no approval any more.
  const [names] = useState(all);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [approved, setApproved] = useState<ReadonlySet<string>>(new Set());
  const [failures, setFailures] = useState<ReadonlyMap<string, string>>(new Map());
  const [said, setSaid] = useState("");
  const [isBusy, setBusy] = useState(false);
  const approvers = useRef(new Map<string, Approve>());
  const left = names.filter((name) => !approved.has(name));

  function choose(name: string, isChosen: boolean) {
    setSaid("");
    setChosen((before) => {
      const next = new Set(before);
      if (isChosen) next.add(name);
      else next.delete(name);
      return next;
    });
  }

  async function approveChosen() {
    const wanted = left.filter((name) => chosen.has(name));
    if (wanted.length === 0) {
      setSaid(texts.chooseFirst);
      return;
    }
    setBusy(true);
    const found = await pending(
      texts.approvingSeveral(wanted.length),
      each(wanted, (name) => approvers.current.get(name)?.() ?? Promise.resolve(null)),
    );
    setBusy(false);
    const failed = new Map(found.map(({ name, why }) => [name, why]));
    const done = wanted.filter((name) => !failed.has(name));
    if (done.length > 0) toast({ text: texts.approvedSeveral(done.length), kind: "done" });
    setFailures(failed);
    setChosen(new Set());
    setApproved(new Set([...approved, ...done]));
    if (failed.size === 0) onClose();
  }

  return (
    <Dialog
      title={texts.severalTitle(names.length)}
      width="wide"
      onClose={onClose}
      actions={
        <>
          <Button kind="primary" isBusy={isBusy} onPress={() => void approveChosen()} describedBy="approve-said">
            {texts.approveChosen(left.filter((name) => chosen.has(name)).length)}
          </Button>
          <Button onPress={onClose}>{texts.cancel}</Button>
        </>
      }
    >
      <p>{texts.severalWhat}</p>
      <ul class="launches">
        {names.map((name) => (
          <One
            key={name}
            name={name}
            isChosen={chosen.has(name)}
            isDone={approved.has(name)}
            failure={failures.get(name) ?? null}
            onChoose={(isChosen) => choose(name, isChosen)}
            onReady={(approve) => approvers.current.set(name, approve)}
          />
        ))}
      </ul>
      <p class="field-hint">
        <Marked>{texts.notCovered}</Marked>
      </p>
      <p class="field-error" id="approve-said" role="status">
        {said}
      </p>
    </Dialog>
  );
}

type OneProps = {
  name: string;
  isChosen: boolean;
  isDone: boolean;
  failure: string | null;
  onChoose: (isChosen: boolean) => void;
  onReady: (approve: Approve) => void;
};

function One({ name, isChosen, isDone, failure, onChoose, onReady }: OneProps) {
  const id = useId();
  const looked = useLaunch(name);
  const { launch, hasChanged } = looked;
  useEffect(() => onReady(() => approveOne(looked)));
  const id0 = launch?.launch ?? null;
  // What was chosen was something else: it is never seen as chosen.
  useLayoutEffect(() => onChoose(false), [id0]);
  return (
    <li class="launch-of" aria-labelledby={id}>
      <h3 id={id} dir="auto">
        {isDone || id0 === null ? (
          name
        ) : (
          <label class="check">
            <input type="checkbox" checked={isChosen} aria-label={texts.choose(name)} onChange={({ currentTarget }) => onChoose(currentTarget.checked)} />
            <span dir="auto">{name}</span>
          </label>
        )}
        {isDone && <span class="tag">{texts.done}</span>}
      </h3>
      {hasChanged && !isDone && (
        <Banner kind="alert" tone="warning">
          {texts.whyAgain[hasChanged]}
        </Banner>
      )}
      {failure !== null && !hasChanged && <p class="field-error">{failure}</p>}
      {launch === null ? looked.failure !== null && <p class="field-error">{whyNot(looked.failure, "run")}</p> : <LaunchView launch={launch} />}
    </li>
  );
}

async function approveOne({ approveShown }: Looked): Promise<string | null> {
  const came = await approveShown();
  if (came === "done") return null;
  return came === "changed" ? texts.whyAgain.changed : whyNot(came, "run");
}
