/**
 * A stored server whose configuration makes no sense: it can be replaced by a new one, or removed, both only while it is
 * what is shown here.
 */
import type { Problem } from "../../api/servers.ts";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import { canWrite } from "../../state/access.ts";
import { replacingDraft } from "../../state/drafts.ts";
import { removeLater } from "../../state/removal.ts";
import { go } from "../../state/route.ts";
import { editor } from "../../texts-editing.ts";
import { labelOf } from "./faults.ts";

type Props = { name: string; etag: string; problem: Problem };

export function Unreadable({ name, etag, problem }: Props) {
  const errors = problem.errors ?? [];
  return (
    <Banner
      kind="alert"
      tone="warning"
      actions={
        canWrite.value && (
          <>
            <Button onPress={() => replacingDraft(name, etag)}>{editor.replace}</Button>
            <Button
              kind="danger"
              onPress={(isByPointer) => {
                removeLater(name, etag, isByPointer);
                go({ screen: "list" });
              }}
            >
              {editor.remove}
            </Button>
          </>
        )
      }
    >
      <p>{editor.unreadable}</p>
      {errors.length > 0 && (
        <ul>
          {errors.map(({ pointer, message }) => (
            <li key={`${pointer} ${message}`}>
              {labelOf(pointer)}: {message}
            </li>
          ))}
        </ul>
      )}
    </Banner>
  );
}
