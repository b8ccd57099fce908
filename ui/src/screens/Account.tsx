/** Who the reader is to the service: the key, what it allows and until when, where the settings are; the theme; the way out. */
import { urlOf } from "../api/place.ts";
import { type Session, leave, session } from "../api/session.ts";
import { Button } from "../parts/Button.tsx";
import { Panel } from "../parts/Panel.tsx";
import { type Theme, chooseTheme, theme } from "../state/theme.ts";
import { shell } from "../texts.ts";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function Account({ onOpen }: { onOpen: () => void }) {
  const { state, caller } = session.value;
  return (
    <Panel text={caller?.name ?? shell.account} label={shell.account} onOpen={onOpen}>
      {(close) => (
        <>
          <Facts session={session.value} />
          <fieldset class="themes">
            <legend>{shell.theme}</legend>
            {THEMES.map((one) => (
              <label key={one}>
                <input type="radio" name="theme" checked={theme.value === one} onChange={() => chooseTheme(one)} />
                {shell.themes[one]}
              </label>
            ))}
          </fieldset>
          <ul class="panel-links">
            <li>
              <a href={urlOf("/openapi.json")} target="_blank" rel="noreferrer">
                {shell.apiDescription}
              </a>
            </li>
            <li>
              <a href={urlOf("/schemas/mcp-server.json")} target="_blank" rel="noreferrer">
                {shell.serverSchema}
              </a>
            </li>
          </ul>
          {state === "signed-in" && (
            <Button
              onPress={() => {
                close();
                void leave();
              }}
            >
              {shell.signOut}
            </Button>
          )}
        </>
      )}
    </Panel>
  );
}

function Facts({ session: { state, caller, scopes } }: { session: Session }) {
  const rows: [string, string | null][] = [
    [shell.key, state === "open" ? shell.noKeys : (caller?.name ?? null)],
    [shell.access, scopes === null ? null : accessText(scopes)],
    [shell.session, caller?.expiresInSeconds == null ? null : shell.endsWhenUnused(timeText(caller.expiresInSeconds))],
    [shell.file, caller?.document ?? null],
    [shell.version, caller?.version ?? null],
  ];
  return (
    <dl class="facts">
      {rows.map(([title, text]) => text !== null && (
        <div key={title}>
          <dt>{title}</dt>
          <dd dir="auto">{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function accessText(scopes: NonNullable<Session["scopes"]>): string {
  const more = scopes.flatMap((scope) => shell.scopes[scope] ?? []);
  return [scopes.includes("write") ? shell.readWrite : shell.readOnly, ...more].join(", ");
}

function timeText(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 120 ? shell.minutes(minutes) : shell.hours(Math.round(minutes / 60));
}
