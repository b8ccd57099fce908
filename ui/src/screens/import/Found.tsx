/** What was found in a text: the servers, entries that can't become one, what is no server, and notes about all of it. */
import type { RefObject } from "preact";
import { useId } from "preact/hooks";
import type { Found as FoundInText, Place } from "../../api/import.ts";
import { seenText } from "../../model/characters.ts";
import { undecided } from "../../model/import.ts";
import { Button } from "../../parts/Button.tsx";
import { chooseForAll, entries, outcome, skipsRefused, unfit } from "../../state/importing.ts";
import { capital } from "../../texts-editing.ts";
import { importing } from "../../texts-import.ts";
import { Entry } from "./Entry.tsx";
import { PlaceLink } from "./PlaceLink.tsx";
import { goTo } from "./place.ts";

type Props = { found: FoundInText; field: RefObject<HTMLTextAreaElement | null>; wasTried: boolean };

const FOR_ALL = ["replace", "merge", "skip"] as const;

export function Found({ found, field, wasTried }: Props) {
  const id = useId();
  const { refused, ignored, notes } = found;
  const open = outcome.value === null ? undecided(entries.value).map(({ server }) => server.name) : [];
  const isHere = new Set(found.servers.map(({ name }) => name));
  const others = notes.filter(({ server }) => server === undefined || !isHere.has(server));
  return (
    <>
      {entries.value.length > 0 && (
        <section class="import-found">
          <h2 id={id}>{importing.found}</h2>
          {open.length > 1 && (
            <div class="import-all">
              <p>{importing.several(open.length)}</p>
              {FOR_ALL.map((action) => (
                <Button key={action} onPress={() => chooseForAll(open, action)}>
                  {importing.forAll[action]}
                </Button>
              ))}
            </div>
          )}
          <ol role="list" aria-labelledby={id}>
            {entries.value.map((entry, index) => (
              <Entry
                key={entry.server.name}
                entry={entry}
                number={index + 1}
                notes={notes.filter(({ server }) => server === entry.server.name)}
                wasTried={wasTried}
                onPlace={(place) => goTo(field.current, place)}
              />
            ))}
          </ol>
        </section>
      )}
      <Places
        title={importing.refused}
        isError
        lines={refused.map(({ name, place, why }) => ({ place, name, text: name === undefined ? capital(why) : `: ${why}` }))}
        field={field}
      />
      {unfit.value > 0 && entries.value.length > 0 && outcome.value === null && (
        <label class="check import-leave-out">
          <input type="checkbox" checked={skipsRefused.value} onChange={({ currentTarget }) => (skipsRefused.value = currentTarget.checked)} />
          <span>{importing.leaveOut(unfit.value)}</span>
        </label>
      )}
      <Places title={importing.notes} lines={others.map(({ place, about }) => ({ place, text: capital(about) }))} field={field} />
      <Places title={importing.ignored} lines={ignored.map(({ place, what }) => ({ place, text: capital(what) }))} field={field} />
    </>
  );
}

type PlacesProps = { title: string; isError?: boolean; lines: { place: Place; name?: string | undefined; text: string }[]; field: RefObject<HTMLTextAreaElement | null> };

function Places({ title, isError = false, lines, field }: PlacesProps) {
  const id = useId();
  if (lines.length === 0) return null;
  return (
    <section class="import-places">
      <h2 id={id}>{title}</h2>
      <ul class={isError ? "import-notes error" : "import-notes"} aria-labelledby={id}>
        {lines.map(({ place, name, text }, index) => (
          <li key={index}>
            <PlaceLink place={place} isExact={isError} onPress={() => goTo(field.current, place)} />
            <span>
              {name !== undefined && <bdi>{seenText(name)}</bdi>}
              {text}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
