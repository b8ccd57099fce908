/** Asks for a key, over whatever is shown: drafts stay where they are. The key is in this field, then in memory only. */
import { useState } from "preact/hooks";
import { isForeignOrigin, session, signIn } from "../api/session.ts";
import { Banner } from "../parts/Banner.tsx";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { TextField } from "../parts/Field.tsx";
import { Marked } from "../parts/Marked.tsx";
import { pending } from "../state/pending.ts";
import { signIn as texts } from "../texts.ts";
import { ForeignOrigin } from "./Notices.tsx";

export function SignIn() {
  const [key, setKey] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async () => {
    const candidate = key.trim();
    if (isBusy) return;
    if (candidate === "") {
      setFault(texts.missing);
      return;
    }
    setBusy(true);
    setFault(null);
    try {
      if (!(await pending(texts.pending, signIn(candidate)))) setFault(texts.refused);
    } catch {
      setFault(texts.offline);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog title={texts.title} onClose={() => {}} canClose={false} headingLevel={1}>
      <form
        class="stack"
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {isForeignOrigin.value && <ForeignOrigin />}
        {session.value.note && <p>{session.value.note}</p>}
        <TextField
          label={texts.key}
          value={key}
          onText={setKey}
          isSecret
          isCode
          hint={<Marked>{texts.hint}</Marked>}
        />
        {fault && <Banner kind="alert">{fault}</Banner>}
        <div class="dialog-actions">
          <Button kind="primary" isSubmit isBusy={isBusy} onPress={() => {}}>
            {texts.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
