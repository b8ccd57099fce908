/** All that keeps the draft from being saved, with a link to each place. */
import type { Ref } from "preact";
import { editor } from "../../texts-editing.ts";
import { type Fault, labelOf } from "./faults.ts";

type Props = { faults: Fault[]; onGo: (pointer: string) => void; boxRef: Ref<HTMLDivElement> };

export function Summary({ faults, onGo, boxRef }: Props) {
  return (
    <div class="banner danger summary" role="alert" tabIndex={-1} ref={boxRef}>
      <div class="banner-text">
        <h2>{editor.problems(faults.length)}</h2>
        <ul>
          {faults.map(({ pointer, message }) => (
            <li key={`${pointer} ${message}`}>
              <a
                href={location.hash}
                onClick={(event) => {
                  event.preventDefault();
                  onGo(pointer);
                }}
              >
                {labelOf(pointer)}
              </a>
              : {message}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
