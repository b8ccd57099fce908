/** How the tools differ from those that were accepted, and accepting them as they are shown. */
import { useState } from "preact/hooks";
import { may } from "../../api/session.ts";
import type { ToolDrift } from "../../api/tools.ts";
import { Button } from "../../parts/Button.tsx";
import { tools as texts } from "../../texts-testing.ts";

type Props = { drift: ToolDrift; isPinned: boolean; hasChanged: boolean; onAccept: () => Promise<void> };

export function Drift({ drift: { added, changed, removed }, isPinned, hasChanged, onAccept }: Props) {
  const [isBusy, setBusy] = useState(false);
  const parts = [[texts.added, added], [texts.changed, changed], [texts.removed, removed]] as const;
  return (
    <section class="said-of-it attention-needed" aria-label={texts.drift}>
      <p>
        <strong>{texts.drift}.</strong> {isPinned ? texts.heldBackUntil : texts.stillOffered}
      </p>
      {hasChanged && (
        <p class="field-error" role="alert">
          {texts.hasChanged}
        </p>
      )}
      <dl class="others">
        {parts.map(
          ([title, names]) =>
            names.length > 0 && (
              <div key={title}>
                <dt>{title}</dt>
                <dd class="names">
                  {names.map((tool) => (
                    <code key={tool} dir="auto">
                      {tool}
                    </code>
                  ))}
                </dd>
              </div>
            ),
        )}
      </dl>
      {may("run") === true ? (
        <div>
          <Button
            kind="primary"
            isBusy={isBusy}
            onPress={async () => {
              setBusy(true);
              await onAccept();
              setBusy(false);
            }}
          >
            {texts.accept}
          </Button>
        </div>
      ) : (
        <p class="field-hint">{texts.acceptor}</p>
      )}
    </section>
  );
}
