/**
 * One stored server where it can't be changed: every member in words, secrets as dots that a user with the scope
 * can reveal. It follows the store, and begins no draft.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { readNamed } from "../../api/servers.ts";
import { pointer } from "../../json/pointer.ts";
import { type Json, type JsonObject, isObject } from "../../json/value.ts";
import { writeJson } from "../../json/write.ts";
import { seenJson } from "../../model/characters.ts";
import { keptSecrets } from "../../model/secrets.ts";
import { TRANSPORT_NAMES, transportOf } from "../../model/summary.ts";
import { advice } from "../../model/advice.ts";
import { withoutMarks } from "../../model/suspects.ts";
import { Banner } from "../../parts/Banner.tsx";
import { Code } from "../../parts/Code.tsx";
import { Menu } from "../../parts/Menu.tsx";
import { drafts, isDirty } from "../../state/drafts.ts";
import { useKeys } from "../../state/keys.ts";
import { type LiveServer, isListed, servers } from "../../state/live.ts";
import { go } from "../../state/route.ts";
import { editor } from "../../texts-editing.ts";
import { Views, useArrival } from "../running/Views.tsx";
import { exportItems } from "./export-items.ts";
import { Reveal } from "./Reveal.tsx";
import { ServerHead } from "./ServerHead.tsx";
import { labelOf, rank } from "./faults.ts";

/** What is shown of one place: a value, or the values of a list. */
type Line = { at: string; values: Json[] };

export function ServerView({ title, draftKey, isNew }: { title: string; draftKey: string; isNew: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const server = servers.value.get(draftKey);
  const draft = drafts.value.get(draftKey);
  const back = () => go({ screen: "list" });
  useArrival(heading);
  useKeys([{ keys: "Escape", what: editor.backToList, run: back }]);
  return (
    <div class="editor">
      <ServerHead title={title} headingRef={heading} onBack={back}>
        {server !== undefined && server.config !== null && <Menu label={editor.more} items={exportItems(server.name)} />}
      </ServerHead>
      {!isNew && <Views name={draftKey} />}
      {draft !== undefined && isDirty(draft) && (
        <Banner kind="status">{editor.draftKept}</Banner>
      )}
      {server !== undefined ? (
        <Stored server={server} />
      ) : (
        isListed.value && !isNew && (
          <Banner kind="alert" tone="warning">
            {editor.unknown}
          </Banner>
        )
      )}
    </div>
  );
}

function Stored({ server }: { server: LiveServer }) {
  const { name, etag, needsReentry, findings = [] } = server;
  const config = usePlainValues(server);
  if (config === null) {
    return (
      <Banner kind="alert" tone="warning">
        {editor.unreadableView}
      </Banner>
    );
  }
  const kept = new Set(keptSecrets(config));
  const advised = advice(config);
  return (
    <section class="view" aria-label={editor.view}>
      <dl class="others">
        <div>
          <dt>{editor.transport}</dt>
          <dd>{TRANSPORT_NAMES[transportOf(config)]}</dd>
        </div>
        {linesOf(config).map(({ at, values }) => (
          <div key={at}>
            <dt>{labelOf(at)}</dt>
            <dd>
              {needsReentry.includes(at) ? (
                <span class="attention">{editor.cantBeDecrypted}</span>
              ) : kept.has(at) ? (
                <Reveal server={name} at={at} label={labelOf(at)} tag={etag} shown={at === "/url" ? textOf(values[0]) : undefined} />
              ) : values.length === 1 ? (
                <Code value={textOf(values[0])} />
              ) : (
                <ol>
                  {values.map((value, index) => (
                    <li key={index}>
                      <Code value={textOf(value)} />
                    </li>
                  ))}
                </ol>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {findings.length + advised.length > 0 && (
        <ul aria-label={editor.findings}>
          {findings.map(({ pointer: at, proposal }) => (
            <li key={at}>
              <strong>{labelOf(at)}</strong> {editor.secretFinding(withoutMarks(proposal))}
            </li>
          ))}
          {advised.map(({ pointer: at, proposal }) => (
            <li key={`${at} advice`}>
              <strong>{labelOf(at)}</strong> {editor.finding(proposal)}
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>{editor.json}</summary>
        <pre tabIndex={0} aria-label={editor.configurationOf(name)}>
          <code dir="ltr">{seenJson(writeJson(config, 2))}</code>
        </pre>
      </details>
    </section>
  );
}

/** The configuration, with what its names say is no secret in clear once that was asked for. */
function usePlainValues({ name, config, etag }: LiveServer): JsonObject | null {
  const [plain, setPlain] = useState<{ etag: string; config: JsonObject } | null>(null);
  const isAny = config !== null && ["env", "headers"].some((member) => config.has(member));
  useEffect(() => {
    if (!isAny) return undefined;
    let isHere = true;
    void readNamed(name).then((answer) => {
      if (isHere && "ok" in answer) setPlain(answer.ok);
    });
    return () => {
      isHere = false;
    };
  }, [name, etag, isAny]);
  return plain !== null && plain.etag === etag ? plain.config : config;
}

/** What the transport says already. */
const SAID = ["transport", "type"];

/** The members in the order of the form; objects leaf by leaf, lists of plain values as one. */
function linesOf(config: JsonObject): Line[] {
  const members = [...config].filter(([name]) => !SAID.includes(name)).map(([name, value]) => ({ at: pointer(name), value }));
  return members.sort((a, b) => rank(a.at) - rank(b.at)).flatMap(({ value, at }) => leaves(value, at));
}

function leaves(value: Json, at: string): Line[] {
  if (isObject(value)) return [...value].flatMap(([name, member]) => leaves(member, at + pointer(name)));
  if (!Array.isArray(value)) return value === null ? [] : [{ at, values: [value] }];
  if (value.some((element) => isObject(element) || Array.isArray(element))) {
    return value.flatMap((element, index) => leaves(element, at + pointer(index)));
  }
  return value.length === 0 ? [] : [{ at, values: value }];
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : writeJson(value ?? null);
}
