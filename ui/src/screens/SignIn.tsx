/** Asks for a key, over whatever is shown: drafts stay where they are. The key is in this field, then in memory only. */
import { useState } from "preact/hooks";
import { isForeignOrigin, session, signIn } from "../api/session.ts";
import { Banner } from "../parts/Banner.tsx";
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { TextField } from "../parts/Field.tsx";
import { ForeignOrigin } from "./Notices.tsx";
import { pending } from "../state/pending.ts";

export function SignIn() {
  const [key, setKey] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async () => {
    const candidate = key.trim();
    if (isBusy) return;
    if (candidate === "") {
      setFault("Enter an API key.");
      return;
    }
    setBusy(true);
    setFault(null);
    try {
      if (!(await pending("Signing in", signIn(candidate)))) setFault("This key was not accepted.");
    } catch {
      setFault("The service can't be reached. Try again in a moment.");
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog title="Sign in" onClose={() => {}} canClose={false} headingLevel={1}>
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
          label="API key"
          value={key}
          onText={setKey}
          isSecret
          isCode
          hint={
            <>
              Open the link that the service prints when it starts, or that <code>mcp-settings open</code> prints, to stay signed
              in; or use an API key. The key that the first start makes is in the file <code>.mcp-settings.api-key</code> beside
              the settings. A key that is typed here is kept in this tab's memory only.
            </>
          }
        />
        {fault && <Banner kind="alert">{fault}</Banner>}
        <div class="dialog-actions">
          <Button kind="primary" isSubmit isBusy={isBusy} onPress={() => {}}>
            Sign in
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
