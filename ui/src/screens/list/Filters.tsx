/** The search field and the filters of the list. Filters combine: any of a group, all groups together. */
import type { Ref } from "preact";
import { GROUPS, type Group, toggled } from "../../model/finding.ts";
import { SearchField } from "../../parts/SearchField.tsx";
import { find, findWords, finding, settleFinding } from "../../state/finding.ts";
import { isWrongKey } from "../../state/trouble.ts";
import { list } from "../../texts.ts";
import type { Count } from "./arranged.ts";

type Props = {
  counts: Count[];
  shown: number;
  all: number;
  searchRef: Ref<HTMLInputElement>;
  /** The reader goes from the field to what was found. */
  onEnter: () => void;
};

export function Filters({ counts, shown, all, searchRef, onEnter }: Props) {
  return (
    <div class="list-tools" role="search">
      <SearchField label={list.search} words={finding.value.search} inputRef={searchRef} onWords={findWords} onEnter={onEnter} onLeave={settleFinding} />
      {(Object.keys(GROUPS) as Group[]).map((group) => (
        <FilterGroup key={group} group={group} counts={counts.filter((count) => count.group === group)} />
      ))}
      <p class="list-count" role="status">
        {list.shown(shown, all)}
      </p>
    </div>
  );
}

function FilterGroup({ group, counts }: { group: Group; counts: Count[] }) {
  const chosen: readonly string[] = finding.value[group];
  // What no server has is not offered, unless it is chosen and has to be turned off.
  const offered = counts.filter(({ value, all }) => all > 0 || chosen.includes(value));
  // Where all were configured here that is nothing to look for.
  const says = group !== "origin" || offered.some(({ value }) => value !== "settings");
  if (offered.length === 0 || !says) return null;
  return (
    <fieldset class="filters">
      <legend class="unseen">{list.groups[group]}</legend>
      {offered.map(({ value, count }) => (
        <button
          key={value}
          type="button"
          class={group === "attention" ? "filter attention" : "filter"}
          aria-pressed={chosen.includes(value)}
          onClick={() => find(toggled(finding.peek(), group, value))}
        >
          {value === "reentry" && isWrongKey.value ? list.unreadableFilter : list.filters[value]} <span class="filter-count">{count}</span>
        </button>
      ))}
    </fieldset>
  );
}
