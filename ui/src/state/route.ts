/** Which screen is shown, as the part of the address behind `#` says it: so that back, forward and links work. */
import { signal } from "@preact/signals";
import { listAddress, readFinding, settleFinding } from "./finding.ts";

/** What there is to see of one server beside its configuration, in the order of the way to them. */
export const VIEWS = ["status", "tools", "resources", "prompts", "log", "history", "approval"] as const;

export type View = (typeof VIEWS)[number];

export type Route =
  | { screen: "list" }
  /** A stored server is edited; with a view: how it runs is shown. */
  | { screen: "editor"; name: string; view?: View }
  /** A draft of a new server is edited. */
  | { screen: "new"; key: string }
  | { screen: "import" };

export const route = signal<Route>(routeOf(location.hash));

addEventListener("hashchange", () => {
  const to = routeOf(location.hash);
  if (to.screen === "list") readFinding(location.hash);
  route.value = to;
});

export function go(to: Route): void {
  settleFinding();
  const address = placeOf(to);
  if (location.hash !== address) location.hash = address;
  // The event comes later; readers of the route meanwhile see the new one.
  route.value = to;
}

/** Goes on in the place of this screen, which is no more: the way back leads past it. */
export function goInstead(to: Route): void {
  history.replaceState(null, "", placeOf(to));
  route.value = to;
}

/** Where going leads: to the list as it was left. */
function placeOf(to: Route): string {
  return to.screen === "list" ? listAddress() : addressOf(to);
}

/** What a link to this screen leads to. */
export function addressOf(to: Route): string {
  switch (to.screen) {
    case "list":
      return "#/";
    case "editor":
      return `#/servers/${encodeURIComponent(to.name)}${to.view === undefined ? "" : `/${to.view}`}`;
    case "new":
      return `#/new/${encodeURIComponent(to.key)}`;
    case "import":
      return "#/import";
  }
}

function routeOf(hash: string): Route {
  const [, screen, argument, part] = hash.split("?", 1).join("").split("/");
  // Its address before.
  if (screen === "import" || screen === "paste") return { screen: "import" };
  const name = decoded(argument ?? "");
  const view = VIEWS.find((own) => own === part);
  if (screen === "servers" && name !== "") return { screen: "editor", name, ...(view && { view }) };
  if (screen === "new" && name !== "") return { screen: "new", key: name };
  return { screen: "list" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
