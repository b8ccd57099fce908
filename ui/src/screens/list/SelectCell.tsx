/** Selects one server, or all that are shown. */
import { useComputed } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { select, selectAll, selection } from "../../state/selection.ts";
import { list } from "../../texts.ts";

export function SelectCell({ name }: { name: string }) {
  const isSelected = useComputed(() => selection.value.has(name));
  const cell = useRef<HTMLLabelElement>(null);
  // On the row itself, where no selector has to look into hundreds of rows.
  useLayoutEffect(() => {
    cell.current?.closest("tr")?.toggleAttribute("data-selected", isSelected.value);
  }, [isSelected.value]);
  return (
    <label class="select-cell" ref={cell}>
      <input
        type="checkbox"
        aria-label={list.select(name)}
        checked={isSelected.value}
        onClick={({ currentTarget, shiftKey }) => select(name, currentTarget.checked, shiftKey ? namesAround(currentTarget) : undefined)}
      />
    </label>
  );
}

/** `names`: those that are shown. */
export function SelectAll({ names }: { names: readonly string[] }) {
  const element = useRef<HTMLInputElement>(null);
  const number = names.filter((name) => selection.value.has(name)).length;
  const isSome = number > 0 && number < names.length;
  useEffect(() => {
    if (element.current !== null) element.current.indeterminate = isSome;
  }, [isSome]);
  return (
    <label class="select-cell">
      <input
        type="checkbox"
        ref={element}
        aria-label={list.selectAll}
        checked={number > 0 && !isSome}
        onClick={({ currentTarget }) => selectAll(names, currentTarget.checked)}
      />
      <span class="select-all-text" aria-hidden="true">
        {list.selectAll}
      </span>
    </label>
  );
}

/** The servers in the order in which they are shown. */
function namesAround(element: Element): string[] {
  const rows = element.closest("tbody")?.querySelectorAll<HTMLElement>("[data-row]") ?? [];
  return [...rows].flatMap((row) => row.dataset["row"] ?? []);
}
