/** What a server lists beside its tools: resources with their templates, and prompts, as the API has them. It keeps nothing. */
import { type ListedPrompt, type ListedResource, promptOf, resourceOf } from "../model/listed.ts";
import { GET, answered } from "./client.ts";
import { type Described, read } from "./instances.ts";
import type { Result } from "./problem.ts";
import type { components } from "./schema.d.ts";

type Schemas = components["schemas"];

/** What is said of every list: of which launch, when, and whether it may be another now. */
export type Frame = Pick<Schemas["ResourceListing"], "generation" | "at_ms" | "stale" | "fault" | "dropped">;

export type Listing<Entry> = Frame & { entries: Entry[] };

/** The resources that a server listed last, its templates behind them. `isAsked`: a running server is asked again first. */
export function resourcesOf(name: string, isAsked: boolean): Promise<Result<Listing<ListedResource>>> {
  return answered(GET("/api/instances/{name}/resources", { params: asked(name, isAsked), parseAs: "text" }), (_, text) => {
    const { resources, templates, ...frame } = read<Described<Schemas["ResourceListing"]>>(text);
    return { ...frame, entries: [...resources.map((own) => resourceOf(own, false)), ...templates.map((own) => resourceOf(own, true))] };
  });
}

/** The prompts that a server listed last. */
export function promptsOf(name: string, isAsked: boolean): Promise<Result<Listing<ListedPrompt>>> {
  return answered(GET("/api/instances/{name}/prompts", { params: asked(name, isAsked), parseAs: "text" }), (_, text) => {
    const { prompts, ...frame } = read<Described<Schemas["PromptListing"]>>(text);
    return { ...frame, entries: prompts.map(promptOf) };
  });
}

function asked(name: string, isAsked: boolean): { path: { name: string }; query: { refresh?: boolean } } {
  return { path: { name }, query: isAsked ? { refresh: true } : {} };
}
