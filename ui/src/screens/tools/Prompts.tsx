/** The prompts that a server offers, and what each takes. They are looked at, not filled in: no request fills in one. */
import type { ListedPrompt } from "../../model/listed.ts";
import { writeJson } from "../../json/write.ts";
import { listing as shared, prompts as texts } from "../../texts-testing.ts";
import { Listing } from "./Listing.tsx";
import { Description, Mark, Said, Unfolding, Whole } from "./Unfolding.tsx";
import { PROMPTS, listedOf, look } from "./listed.ts";

export function Prompts({ name }: { name: string }) {
  const { listing, failure, isBusy } = listedOf(name, PROMPTS);
  return (
    <Listing
      server={name}
      kind="prompts"
      frame={listing}
      entries={listing?.entries ?? []}
      failure={failure}
      isBusy={isBusy}
      onLook={(isRefresh) => look(name, PROMPTS, isRefresh)}
      more={({ args }) => args.map((own) => own.name).join(" ")}
      draw={(own, key) => <Prompt key={key} own={own} />}
    />
  );
}

function Prompt({ own }: { own: ListedPrompt }) {
  const { name, description, args, findings, whole } = own;
  return (
    <Unfolding
      named={own}
      marks={
        <>
          {findings.length > 0 && <Mark text={shared.odd} />}
          {args.length > 0 && <span class="tag">{texts.takes(args.length)}</span>}
        </>
      }
    >
      <Description text={description} findings={findings} />
      {args.length === 0 ? (
        <p class="field-hint">{shared.noArguments}</p>
      ) : (
        <dl class="others arguments" aria-label={shared.arguments}>
          {args.map((arg) => (
            <div key={arg.name}>
              <dt>
                <code dir="auto">{arg.name}</code>
              </dt>
              <dd>
                <p class="field-hint">{arg.isRequired ? <strong>{shared.required}</strong> : texts.optional}</p>
                <Said name={arg.name} title={arg.title} description={arg.description} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      <Whole title={shared.whole} label={shared.wholeOf(name)} text={writeJson(whole, 2)} />
    </Unfolding>
  );
}
