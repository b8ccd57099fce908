/** Makes a draft that is a copy of a stored server, without its secrets, which only the service knows. */
import { read } from "../../api/servers.ts";
import { freeName } from "../../model/suggest-name.ts";
import { type Draft, newDraft } from "../../state/drafts.ts";
import { servers } from "../../state/live.ts";
import { go } from "../../state/route.ts";
import { toast } from "../../state/toasts.ts";
import { whyNot } from "./why-not.ts";

/** Opens a copy of what is stored, or of a draft of it. */
export async function duplicate(name: string, draft?: Draft): Promise<void> {
  let config = draft?.config;
  if (config === undefined) {
    const answer = await read(name);
    if (!("ok" in answer)) return void toast({ text: whyNot(answer, "read"), kind: "failed" });
    config = answer.ok.config;
  }
  const copy = newDraft({ name: freeName(`${name}-copy`, (other) => servers.peek().has(other)), config, copyOf: name });
  go({ screen: "new", key: copy.key });
}
