/** The bottom of the editor: saving and giving up, and what saving would do or why it can't. */
import { Button } from "../../parts/Button.tsx";
import { editor } from "../../texts-editing.ts";
import { whyNoSave } from "./judging.ts";

type Props = {
  isSaving: boolean;
  isNew: boolean;
  isChanged: boolean;
  /** The stored secrets that saving removes, in words. */
  cleared: string[];
  onSave: () => void;
  onDiscard: () => void;
};

export function Foot({ isSaving, isNew, isChanged, cleared, onSave, onDiscard }: Props) {
  const hindrance = whyNoSave();
  const state = isChanged ? editor.notSaved : isNew ? "" : editor.allSaved;
  return (
    <footer class="editor-foot">
      <div class="editor-actions">
        <Button kind="primary" isBusy={isSaving} onPress={onSave} describedBy="editor-state">
          {editor.save}
        </Button>
        <Button onPress={onDiscard}>{editor.discardDraft}</Button>
      </div>
      <p id="editor-state" class={hindrance === null ? "field-hint" : "field-note"}>
        {hindrance ?? state}
        {cleared.length > 0 && ` ${editor.removesSecrets(cleared)}`}
      </p>
    </footer>
  );
}
