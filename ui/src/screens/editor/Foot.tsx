/** The bottom of the editor: saving, testing and giving up, and what saving would do or why it can't. */
import { Button } from "../../parts/Button.tsx";
import { editor } from "../../texts-editing.ts";
import { testing } from "../../texts-testing.ts";
import { UnderWay } from "./UnderWay.tsx";
import { whyNoSave } from "./judging.ts";
import type { Trial } from "./trial.ts";

type Props = {
  isSaving: boolean;
  trial: Trial | null;
  /** Whether there is anything to test with. */
  canTest: boolean;
  isNew: boolean;
  isChanged: boolean;
  /** The stored secrets that saving removes, in words. */
  cleared: string[];
  onSave: () => void;
  onTest: () => void;
  onCancelTest: () => void;
  onDiscard: () => void;
};

export function Foot({ isSaving, trial, canTest, isNew, isChanged, cleared, onSave, onTest, onCancelTest, onDiscard }: Props) {
  const hindrance = whyNoSave();
  const state = isChanged ? editor.notSaved : isNew ? "" : editor.allSaved;
  const since = trial?.state === "running" ? trial.since : null;
  return (
    <footer class="editor-foot">
      <div class="editor-actions">
        {canTest && (
          <Button kind="primary" isSubmit isBusy={isSaving || since !== null} onPress={() => {}} describedBy="editor-state">
            {testing.saveAndTest}
          </Button>
        )}
        <Button kind={canTest ? "plain" : "primary"} isSubmit={!canTest} isBusy={isSaving} onPress={onSave} describedBy="editor-state">
          {editor.save}
        </Button>
        {canTest && (
          <Button isBusy={since !== null} onPress={onTest}>
            {testing.test}
          </Button>
        )}
        <Button onPress={onDiscard}>{editor.discardDraft}</Button>
      </div>
      {since !== null && <UnderWay what={testing.under} since={since} cancelLabel={testing.cancelTest} onCancel={onCancelTest} />}
      <p id="editor-state" class={hindrance === null ? "field-hint" : "field-note"} hidden={since !== null}>
        {hindrance ?? state}
        {cleared.length > 0 && ` ${editor.removesSecrets(cleared)}`}
      </p>
    </footer>
  );
}
