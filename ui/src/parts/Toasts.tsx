/** Where the short words about what was done are shown, and read aloud. */
import { end, hold, resume, take, toasts } from "../state/toasts.ts";
import { Button } from "./Button.tsx";

export function Toasts() {
  return (
    <section class="toasts" aria-label="Messages" aria-live="polite">
      {toasts.value.map(({ id, text, details = [], kind, action, actions = action ? [action] : [] }) => (
        <div
          key={id}
          class={`toast ${kind}`}
          role={kind === "failed" ? "alert" : "status"}
          onMouseEnter={hold}
          onMouseLeave={resume}
          onFocusIn={hold}
          onFocusOut={resume}
        >
          <div class="toast-text">
            <p dir="auto">{text}</p>
            {details.length > 0 && (
              <ul>
                {details.map((detail) => (
                  <li key={detail} dir="auto">
                    {detail}
                  </li>
                ))}
              </ul>
            )}
          </div>
          {actions.map((one) => (
            <Button key={one.label} kind="quiet" onPress={() => take(id, one)}>
              {one.label}
            </Button>
          ))}
          <Button kind="quiet" icon="close" label={`Close: ${text}`} onPress={() => end(id)}>
            {""}
          </Button>
        </div>
      ))}
    </section>
  );
}
