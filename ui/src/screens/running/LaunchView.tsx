/** What would be executed, member by member, with what differs from what was approved last. */
import type { ComponentChildren } from "preact";
import type { Launch, LaunchVariable } from "../../api/instances.ts";
import { Code } from "../../parts/Code.tsx";
import { type Fact, Facts } from "../../parts/Facts.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { approval as texts } from "../../texts-running.ts";
import { labelOf } from "../editor/faults.ts";
import { hasMark } from "./launch.ts";

export function LaunchView({ launch }: { launch: Launch }) {
  const { command, args = [], cwd, url, transport, env = [], headers = [], auth, health_check, refused = [], last, approved, fault } = launch;
  // Where nothing was approved everything is new.
  const isCompared = last !== null && !approved;
  const mark = (part: { changed: boolean }) => isCompared && part.changed && <Changed />;
  const rows: Fact[] = [
    [
      texts.command,
      command && (
        <div class="launch-part">
          <Code mode="exact" value={command.command} />
          {mark(command)}
          <CommandPath command={command} />
        </div>
      ),
    ],
    [
      texts.args,
      args.length > 0 && (
        <ol>
          {args.map((arg, index) => (
            <li key={index} class="launch-part">
              <Value value={arg.value} />
              {mark(arg)}
            </li>
          ))}
        </ol>
      ),
    ],
    [texts.url, url && <Part value={url.value} marked={mark(url)} />],
    [texts.transport, transport && <Part value={transport.value} marked={mark(transport)} />],
    [texts.cwd, cwd ? <Part value={cwd.value} marked={mark(cwd)} /> : command && texts.privateFolder],
    [texts.env, env.length > 0 && <Variables all={env} mark={mark} />],
    [texts.headers, headers.length > 0 && <Variables all={headers} mark={mark} />],
    [texts.auth, auth !== undefined && Object.keys(auth).length > 0 && <Code mode="exact" value={JSON.stringify(auth)} />],
    [texts.healthCheck, health_check && <Part value={health_check.value} marked={mark(health_check)} />],
  ];
  return (
    <>
      {fault !== undefined && <p class="field-error">{texts.faultAt(labelOf(fault))}</p>}
      <Facts rows={rows} class="launch" />
      {isCompared && launch.reason === "launch-changed" && !hasMark(launch) && <p class="field-note">{texts.somethingGone}</p>}
      {refused.length > 0 && <p class="field-error">{texts.refused(refused.map(labelOf))}</p>}
    </>
  );
}

function Variables({ all, mark }: { all: LaunchVariable[]; mark: (part: { changed: boolean }) => ComponentChildren }) {
  return (
    <ul>
      {all.map((variable) => (
        <li key={variable.name} class="launch-part">
          <Code mode="exact" value={variable.name} />
          {variable.value === null ? <span class="field-hint">{texts.hidden}</span> : <Value value={variable.value} />}
          {mark(variable)}
          {variable.decides_code && <span class="tag">{texts.decidesCode}</span>}
        </li>
      ))}
    </ul>
  );
}

function Part({ value, marked }: { value: string | null; marked: ComponentChildren }) {
  return (
    <div class="launch-part">
      <Value value={value} />
      {marked}
    </div>
  );
}

function Value({ value }: { value: string | null }) {
  if (value === null) return <span class="field-hint">{texts.unreadable}</span>;
  return value === "" ? <span class="field-hint">{texts.empty}</span> : <Code mode="exact" value={value} />;
}

function Changed() {
  return (
    <span class="attention">
      <Icon name="warning" />
      {texts.changed}
    </span>
  );
}

function CommandPath({ command: { path, real_path } }: { command: NonNullable<Launch["command"]> }) {
  if (path === null) return <span class="launch-path field-hint">{texts.notFoundYet}</span>;
  return (
    <span class="launch-path field-hint">
      {texts.foundAt} <Code mode="exact" value={path} />
      {real_path !== null && real_path !== path && (
        <>
          {texts.leadsTo} <Code mode="exact" value={real_path} />
        </>
      )}
    </span>
  );
}
