/**
 * Keeps the rows of the list where they are while the pointer is over them: nobody is to hit one server instead of another
 * because somebody else, or the first of two clicks, has changed the list. It does not know how rows look.
 */
import { useRef, useState } from "preact/hooks";
import { type LiveServer, servers as live } from "../../state/live.ts";
import type { Arrangement } from "./arranged.ts";
import { type Place, steady } from "./places.ts";

/** For how long a finger may come back: it leaves with each touch. */
const TOUCH_MS = 600;

export function useSteady(found: LiveServer[], arrangement: Arrangement) {
  const [isHeld, setHeld] = useState(false);
  const shown = useRef<{ places: Place[]; arrangement: Arrangement }>({ places: [], arrangement });
  const timer = useRef<number | undefined>(undefined);
  const isSteady = isHeld && shown.current.arrangement === arrangement;
  const places = isSteady ? steady(shown.current.places, found, live.value) : found.map((server) => ({ server, isGone: false }));
  shown.current = { places, arrangement };
  return {
    places,
    onPointerEnter: () => {
      window.clearTimeout(timer.current);
      setHeld(true);
    },
    onPointerLeave: ({ pointerType }: PointerEvent) => {
      window.clearTimeout(timer.current);
      if (pointerType === "touch") timer.current = window.setTimeout(() => setHeld(false), TOUCH_MS);
      else setHeld(false);
    },
  };
}
