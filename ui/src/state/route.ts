/** Which screen is shown, as the part of the address behind `#` says it: so that back, forward and links work. */
import { signal } from "@preact/signals";
import { listAddress, readFinding, settleFinding } from "./finding.ts";

export type Route =
  | { screen: "list" }
  /** A stored server is edited. */
  | { screen: "editor"; name: string }
  /** A draft of a new server is edited. */
  | { screen: "new"; key: string }
  | { screen: "paste" };

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
      return `#/servers/${encodeURIComponent(to.name)}`;
    case "new":
      return `#/new/${encodeURIComponent(to.key)}`;
    case "paste":
      return "#/paste";
  }
}

function routeOf(hash: string): Route {
  const [, screen, argument] = hash.split("?", 1).join("").split("/");
  if (screen === "paste") return { screen: "paste" };
  const name = decoded(argument ?? "");
  if (screen === "servers" && name !== "") return { screen: "editor", name };
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
