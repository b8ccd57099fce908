/**
 * The way to everything that there is to see of one server: its configuration, and how it runs. Links, so that each has an address.
 * Who came by one of them goes on from it; everybody else begins at the heading.
 */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { may } from "../../api/session.ts";
import { transportOf } from "../../model/summary.ts";
import { drafts, isDirty } from "../../state/drafts.ts";
import { statusOf } from "../../state/instances.ts";
import { servers } from "../../state/live.ts";
import { type Route, VIEWS, type View, addressOf, route } from "../../state/route.ts";
import { list, running } from "../../texts.ts";
import { views } from "../../texts-running.ts";
import { hasAny, useListed } from "../tools/listed.ts";

/** The address to which one of the links was followed. */
let followed: string | null = null;

/** Whether the reader may see it, and there is anything to see. */
export const IS_SHOWN: Record<View, (name: string) => boolean> = {
  status: () => true,
  tools: () => true,
  resources: () => true,
  prompts: () => true,
  // What is not started here writes nothing that is seen here.
  log: (name) => mayRead("log") && isProgram(name),
  history: () => true,
  // Null: it needs none.
  approval: (name) => mayRead("approval") && statusOf(name)?.approved !== null,
};

/** Whether there is a way to it. What few servers have is not offered before it is known that this one has it. */
function isLinked(name: string, view: View, seen: View | undefined): boolean {
  if ((view === "resources" || view === "prompts") && view !== seen) return hasAny(name, view);
  return IS_SHOWN[view](name);
}

/** Whether the key allows it. */
export function mayRead(view: View): boolean {
  if (view === "log") return may("run") === true || may("reveal") === true;
  return view !== "approval" || may("run") === true;
}

function isProgram(name: string): boolean {
  const config = servers.value.get(name)?.config;
  return config === undefined || config === null || transportOf(config) === "stdio";
}

export function Views({ name }: { name: string }) {
  const draft = drafts.value.get(name);
  const seen = route.value.screen === "editor" ? route.value.view : undefined;
  useListed(name, seen);
  const places: [Extract<Route, { screen: "editor" }>, string][] = [
    [{ screen: "editor", name }, views.configuration],
    ...VIEWS.filter((view) => isLinked(name, view, seen)).map((view): (typeof places)[number] => [{ screen: "editor", name, view }, running.views[view]]),
  ];
  const here = addressOf(route.value);
  return (
    <nav class="views" aria-label={views.of(name)}>
      <ul>
        {places.map(([place, text]) => {
          const address = addressOf(place);
          return (
            <li key={address}>
              <a href={address} aria-current={address === here ? "page" : undefined} onClick={() => (followed = address)}>
                {text}
              </a>
              {place.view === "tools" && statusOf(name)?.drift === true && <span class="tag">{views.drifted}</span>}
              {place.view === undefined && here !== address && draft !== undefined && isDirty(draft) && <span class="tag">{list.draft}</span>}
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** Puts the focus where the reader goes on. */
export function useArrival(heading: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const link = followed === addressOf(route.peek()) ? document.querySelector<HTMLElement>(".views [aria-current]") : null;
    followed = null;
    (link ?? heading.current)?.focus();
  }, []);
}
