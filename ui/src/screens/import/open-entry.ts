/** Opens an entry as a draft: of a new server, or of the stored one that it would replace or be merged into. */
import { type JsonObject, equal } from "../../json/value.ts";
import { nameOf } from "../../model/formats.ts";
import { type Entry, leftOpen, mergedInto } from "../../model/import.ts";
import { type Draft, NAME_WAITS, drafts, dropDraft, isDirty, newDraft, openDraft, putDraft } from "../../state/drafts.ts";
import { draftKeyOf, noteOpened, wholeOf } from "../../state/importing.ts";
import { timesForgotten } from "../../state/forgetting.ts";
import { pending } from "../../state/pending.ts";
import { go } from "../../state/route.ts";
import { toast } from "../../state/toasts.ts";
import { importing } from "../../texts-import.ts";
import { remember } from "../editor/memory.ts";
import { whyNot } from "../editor/why-not.ts";

/** How drafts of entries began, by their keys: one that was not edited since begins again. */
const begun = new Map<string, JsonObject>();

/** An entry is skipped once its draft was saved, and not before. */
export async function openEntry(entry: Entry): Promise<void> {
  const { server, answers, action, name } = entry;
  if (server.stored === "same" && action !== "rename") {
    go({ screen: "editor", name });
    return;
  }
  const before = drafts.peek().get(draftKeyOf(server.name) ?? "");
  if (before !== undefined && !equal(before.config, begun.get(before.key) ?? new Map())) {
    show(before);
    return;
  }
  if (before !== undefined) dropDraft(before.key);
  const draft = await pending(importing.opening(server.name), drafted(entry));
  if (typeof draft === "string") {
    toast({ text: importing.notOpened(server.name, draft), kind: "failed" });
    return;
  }
  begun.set(draft.key, draft.config);
  noteOpened(draft.key, server.name);
  const isLess = server.kept.length > 0 && !draft.config.has("extensions");
  const said = isLess ? { tone: "calm" as const, text: importing.notKept(nameOf(server.client), server.kept), more: null, offlineSince: null } : null;
  remember(draft.key, { leftOpen: leftOpen(answers, draft.config), said });
  show(draft);
}

/** The draft, or why it can't be made. */
async function drafted(entry: Entry): Promise<Draft | string> {
  const { server, action, name } = entry;
  const isOver = server.stored === "differs" && action !== "rename";
  const waiting = isOver ? drafts.peek().get(name) : undefined;
  if (waiting !== undefined && isDirty(waiting)) return NAME_WAITS;
  const since = timesForgotten.peek();
  const whole = await wholeOf(entry);
  if (!("ok" in whole)) return whyNot(whole, "read");
  if (whole.ok === null) return importing.notInText;
  // It is nobody's who is here now.
  if (timesForgotten.peek() !== since) return importing.notInText;
  if (!isOver) return newDraft({ name, config: whole.ok });
  const stored = await openDraft(name, () => false);
  if (!("key" in stored)) return whyNot({ problem: stored }, "read");
  const config = action === "merge" ? mergedInto(stored.config, whole.ok) : whole.ok;
  const draft = { ...stored, config };
  putDraft(draft);
  return draft;
}

function show({ key, name, isNew }: Draft): void {
  go(isNew ? { screen: "new", key } : { screen: "editor", name });
}
