/** Shows the editor or the import as soon as their file is there. It is no part of the first load. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Banner } from "../parts/Banner.tsx";
import { Button } from "../parts/Button.tsx";
import type { MenuItem } from "../parts/Menu.tsx";
import type { Wanted } from "../state/exporting.ts";
import type { LiveServer } from "../state/live.ts";
import { pending } from "../state/pending.ts";
import { type Route, addressOf } from "../state/route.ts";
import { shell } from "../texts.ts";

declare const __BUILD__: string;

type Screens = typeof import("./editing.ts");

/** `other`: the service was replaced under the open page, and what it has now does not fit. */
const screens = signal<Screens | "absent" | "refused" | "other">("absent");

/** Fetches the file, if it is not there. */
export async function fetchDrafting(): Promise<void> {
  if (typeof screens.value === "object") return;
  try {
    const found = await import("./editing.ts");
    screens.value = found.build === __BUILD__ ? found : "other";
  } catch {
    screens.value = "refused";
  }
}

/** What there is of the file, which is fetched as soon as something of it is to be shown. */
function useScreens(): typeof screens.value {
  useEffect(() => void pending(shell.openingEditor, fetchDrafting()), []);
  return screens.value;
}

/** The dialog in which several servers are approved, from the same file. */
export function Approving(props: { names: readonly string[]; onClose: () => void }) {
  const found = useScreens();
  return typeof found === "object" ? <found.ApproveSeveral {...props} /> : null;
}

/** The dialog that writes servers for other clients, from the same file. */
export function Exporting(props: Wanted & { onClose: () => void }) {
  const found = useScreens();
  return typeof found === "object" ? <found.Export {...props} /> : null;
}

/** What finds out what the menu of a row offers beside changing its server, from the same file; null before that is there. */
export function rowItemsFinder(): ((server: LiveServer) => MenuItem[]) | null {
  const found = screens.value;
  return typeof found === "object" ? found.rowItems : null;
}

export function Drafting({ route }: { route: Exclude<Route, { screen: "list" }> }) {
  const found = useScreens();
  if (typeof found === "object") {
    return route.screen === "import" ? <found.Import /> : <found.Editor key={addressOf(route)} route={route} />;
  }
  if (found === "absent") return null;
  if (found === "other") {
    return <Banner kind="alert">{shell.updated}</Banner>;
  }
  return (
    <Banner kind="alert" actions={<Button onPress={() => void pending(shell.openingEditor, fetchDrafting())}>{shell.tryAgain}</Button>}>
      {shell.noEditor}
    </Banner>
  );
}
