/** What a server offers to be read: its resources, and the templates of more. They are looked at, not read: no request reads one. */
import { type ListedResource, firstLine } from "../../model/listed.ts";
import { writeJson } from "../../json/write.ts";
import { type Fact, Facts } from "../../parts/Facts.tsx";
import { listing as shared, resources as texts } from "../../texts-testing.ts";
import { Listing } from "./Listing.tsx";
import { Description, Mark, Unfolding, Whole } from "./Unfolding.tsx";
import { RESOURCES, listedOf, look } from "./listed.ts";

export function Resources({ name }: { name: string }) {
  const { listing, failure, isBusy } = listedOf(name, RESOURCES);
  return (
    <Listing
      server={name}
      kind="resources"
      frame={listing}
      entries={listing?.entries ?? []}
      failure={failure}
      isBusy={isBusy}
      onLook={(isRefresh) => look(name, RESOURCES, isRefresh)}
      more={({ label, mediaType }) => `${label ?? ""} ${mediaType ?? ""}`}
      draw={(own, key) => <Resource key={key} own={own} />}
    />
  );
}

function Resource({ own }: { own: ListedResource }) {
  const { name, title, label, description, mediaType, size, audience, changed, variables, isTemplate, findings, whole } = own;
  const rows: Fact[] = [
    [texts.name, label !== null && <span dir="auto">{label}</span>],
    [
      texts.variables,
      variables.length > 0 && (
        <span class="names">
          {variables.map((variable) => (
            <code key={variable} dir="auto">
              {variable}
            </code>
          ))}
        </span>
      ),
    ],
    [texts.mediaType, mediaType !== null && <code dir="auto">{mediaType}</code>],
    [texts.size, size !== null && texts.bytes(size)],
    [texts.audience, audience.length > 0 && <span dir="auto">{audience.join(", ")}</span>],
    [texts.changed, changed !== null && <span dir="auto">{changed}</span>],
  ];
  return (
    <Unfolding
      named={own}
      what={title ?? label ?? firstLine(description)}
      marks={
        <>
          {findings.length > 0 && <Mark text={shared.odd} />}
          {isTemplate && <span class="tag">{texts.template}</span>}
          {mediaType !== null && (
            <span class="tag" dir="auto">
              {mediaType}
            </span>
          )}
        </>
      }
    >
      <Description text={description} findings={findings} />
      <Facts rows={rows} />
      <Whole title={shared.whole} label={shared.wholeOf(name)} text={writeJson(whole, 2)} />
    </Unfolding>
  );
}
