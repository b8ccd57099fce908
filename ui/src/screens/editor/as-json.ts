/** Copies one server as a block that other programs and the import of this page read. Secrets stay masked: they leave the service where somebody reveals them, and nowhere else. */
import { readNamed } from "../../api/servers.ts";
import { writeJson } from "../../json/write.ts";
import { keptSecrets } from "../../model/secrets.ts";
import { pending } from "../../state/pending.ts";
import { toast } from "../../state/toasts.ts";
import { asJson as texts } from "../../texts-editing.ts";
import { whyNot } from "./why-not.ts";

/** `isChanged`: what is stored is not what the reader sees. */
export async function copyAsJson(name: string, isChanged = false): Promise<void> {
  const found = await pending(texts.copying(name), readNamed(name));
  if (!("ok" in found)) {
    toast({ text: texts.notCopied(whyNot(found, "read")), kind: "failed" });
    return;
  }
  const { config } = found.ok;
  try {
    await navigator.clipboard.writeText(writeJson(new Map([["mcpServers", new Map([[name, config]])]]), 2));
  } catch {
    // Without TLS, or without the permission.
    toast({ text: texts.notCopied(texts.byHand), kind: "failed" });
    return;
  }
  toast({ text: [texts.copied(name, isChanged), texts.masked(keptSecrets(config).length)].join(" ").trim(), kind: "done" });
}
