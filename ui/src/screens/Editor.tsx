/**
 * The screen on which one server is added or edited. It opens the draft; what can be done with it is in `editor/`.
 */
import { useEffect, useState } from "preact/hooks";
import { isOf } from "../api/problem.ts";
import type { Problem } from "../api/servers.ts";
import { Banner } from "../parts/Banner.tsx";
import { Button } from "../parts/Button.tsx";
import { mode } from "../state/access.ts";
import { drafts, openDraft } from "../state/drafts.ts";
import { servers } from "../state/live.ts";
import { pending } from "../state/pending.ts";
import { type Route, go } from "../state/route.ts";
import { editor } from "../texts-editing.ts";
import { RunningScreen } from "./running/RunningScreen.tsx";
import { Views } from "./running/Views.tsx";
import { DraftEditor } from "./editor/DraftEditor.tsx";
import { ServerView } from "./editor/ServerView.tsx";
import { Unreadable } from "./editor/Unreadable.tsx";

type Props = { route: Extract<Route, { screen: "editor" | "new" }> };

export function Editor({ route }: Props) {
  if (route.screen === "editor" && route.view !== undefined) return <RunningScreen name={route.name} view={route.view} />;
  return <ConfigurationScreen route={route} />;
}

function ConfigurationScreen({ route }: Props) {
  const isNew = route.screen === "new";
  const draftKey = isNew ? route.key : route.name;
  const [problem, setProblem] = useState<Problem | null>(null);
  const [attempt, setAttempt] = useState(0);
  const draft = drafts.value.get(draftKey);
  const isOpen = draft !== undefined;
  const canEdit = mode.value === "edit";
  const tag = servers.value.get(draftKey)?.etag;
  // What can't be read is looked at again once something else is stored.
  const isUnreadable = problem !== null && isOf(problem, "malformed-server");

  useEffect(() => {
    // What can only be seen is taken from the list, and what is not known yet is asked for once it is.
    if (isOpen || isNew || !canEdit) return undefined;
    let isHere = true;
    setProblem(null);
    void pending(editor.openingServer(draftKey), openDraft(draftKey, () => isHere)).then((opened) => {
      if (isHere && !("key" in opened)) setProblem(opened);
    });
    return () => {
      isHere = false;
    };
  }, [draftKey, isNew, isOpen, canEdit, attempt, tag]);

  if (mode.value === "view") return <ServerView title={isNew ? draft?.name || editor.newServer : draftKey} draftKey={draftKey} isNew={isNew} />;
  if (draft !== undefined && canEdit) return <DraftEditor key={draft.key} draft={draft} />;
  const isUnknown = canEdit && (isNew || problem?.status === 404);
  return (
    <div class="editor">
      <h1 dir="auto" tabIndex={-1}>{isNew ? editor.newServer : draftKey}</h1>
      {!isNew && <Views name={draftKey} />}
      {isUnknown && (
        <Banner kind="alert" tone="warning">
          {isNew ? editor.draftGone : editor.unknown}
        </Banner>
      )}
      {isUnreadable && tag !== undefined && <Unreadable name={draftKey} etag={tag} problem={problem} />}
      {!isUnknown && !isUnreadable && problem !== null && problem.status !== 401 && (
        <Banner kind="alert" actions={<Button onPress={() => setAttempt(attempt + 1)}>{editor.tryAgain}</Button>}>
          <strong>{problem.title}.</strong> {problem.detail}
        </Banner>
      )}
      <div class="editor-actions">
        <Button icon="back" onPress={() => go({ screen: "list" })}>
          {editor.back}
        </Button>
      </div>
    </div>
  );
}
