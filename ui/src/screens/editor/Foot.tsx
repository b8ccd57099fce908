/** The bottom of the editor: saving and giving up, and what saving would do or why it can't. */
import { Button } from "../../parts/Button.tsx";
import { whyNoSave } from "./judging.ts";

type Props = {
  isSaving: boolean;
  isNew: boolean;
  isChanged: boolean;
  /** The stored secrets that saving clears, in words. */
  cleared: string[];
  onSave: () => void;
  onDiscard: () => void;
};

export function Foot({ isSaving, isNew, isChanged, cleared, onSave, onDiscard }: Props) {
  const hindrance = whyNoSave();
  const state = isChanged ? "Not saved yet." : isNew ? "" : "Everything is saved.";
  const secrets = cleared.length === 1 ? "1 stored secret" : `${cleared.length} stored secrets`;
  return (
    <footer class="editor-foot">
      <div class="editor-actions">
        <Button kind="primary" isBusy={isSaving} onPress={onSave} describedBy="editor-state">
          Save
        </Button>
        <Button onPress={onDiscard}>Discard draft</Button>
      </div>
      <p id="editor-state" class={hindrance === null ? "field-hint" : "field-note"}>
        {hindrance ?? state}
        {cleared.length > 0 && ` Saving clears ${secrets}: ${cleared.join(", ")}.`}
      </p>
    </footer>
  );
}
