/** The two editors of one draft as tabs. Arrow keys go from one to the other; what is typed stays in both. */
import { useId } from "preact/hooks";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import { type Draft, updateDraft } from "../../state/drafts.ts";
import { editor } from "../../texts-editing.ts";
import { Form } from "./Form.tsx";
import { RawEditor } from "./RawEditor.tsx";
import { rawFault } from "./raw.ts";

const TABS: [Draft["mode"], string][] = [
  ["form", editor.form],
  ["raw", editor.json],
];

export function Tabs({ draft }: { draft: Draft }) {
  const id = useId();
  const fault = rawFault(draft.rawText);

  function show(mode: Draft["mode"]) {
    if (mode === draft.mode) return;
    updateDraft(draft.key, { mode, rawText: fault === null ? null : draft.rawText });
  }

  return (
    <div class="tabs">
      <div role="tablist" aria-label={editor.tabs}>
        {TABS.map(([mode, name]) => (
          <button
            key={mode}
            type="button"
            role="tab"
            id={`${id}-${mode}`}
            aria-selected={mode === draft.mode}
            aria-controls={mode === draft.mode ? `${id}-panel` : undefined}
            tabIndex={mode === draft.mode ? 0 : -1}
            onClick={() => show(mode)}
            onKeyDown={(event) => {
              if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
              event.preventDefault();
              const isFirst = event.key === "Home" || (event.key !== "End" && mode === "raw");
              const to = isFirst ? "form" : "raw";
              show(to);
              document.getElementById(`${id}-${to}`)?.focus();
            }}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${draft.mode}`}>
        {draft.mode === "raw" ? (
          <RawEditor />
        ) : (
          <>
            {fault !== null && (
              <Banner
                kind="status"
                tone="warning"
                actions={
                  <>
                    <Button
                      onPress={() => {
                        show("raw");
                        requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-raw]")?.focus());
                      }}
                    >
                      {editor.fixJson}
                    </Button>
                    <Button
                      onPress={() => {
                        updateDraft(draft.key, { rawText: null });
                        document.getElementById(`${id}-form`)?.focus();
                      }}
                    >
                      {editor.discardJson}
                    </Button>
                  </>
                }
              >
                {editor.jsonUnparsable(fault.message)}
              </Banner>
            )}
            <fieldset class="plain" disabled={fault !== null}>
              <Form />
            </fieldset>
          </>
        )}
      </div>
    </div>
  );
}
