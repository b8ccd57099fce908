/** The way to a place of the text. */
import type { Place } from "../../api/import.ts";
import { importing } from "../../texts-import.ts";

/** `isExact`: with its column. */
export function PlaceLink({ place, isExact = false, onPress }: { place: Place; isExact?: boolean; onPress: () => void }) {
  const { line, column, at } = place;
  const where = isExact ? importing.position(line, column) : importing.line(line);
  return (
    <button type="button" class="link" title={at} aria-label={importing.goTo(where)} onClick={onPress}>
      {where}
    </button>
  );
}
