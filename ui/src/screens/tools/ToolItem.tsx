/** One tool: its name with what marks it, and once it is opened what it is for, what it takes, whether it is offered, and a way to try it. */
import { useId, useState } from "preact/hooks";
import { may } from "../../api/session.ts";
import type { ListedTool } from "../../api/tools.ts";
import { fromPlain } from "../../json/value.ts";
import { writeJson } from "../../json/write.ts";
import { type ToolRules, allowing, denying, isAllowed } from "../../model/tool-rules.ts";
import { argumentsOf, plainText } from "../../model/tool-schema.ts";
import { Button } from "../../parts/Button.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { isRunner } from "../../state/instances.ts";
import { tools as texts } from "../../texts-testing.ts";
import { firstLine } from "./ToolNames.tsx";
import { Trying } from "./Trying.tsx";

type Props = { server: string; tool: ListedTool; rules: ToolRules | null; onChoose: (rules: ToolRules) => Promise<void> };

export function ToolItem({ server, tool, rules, onChoose }: Props) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  // What was typed is there again when it is opened again.
  const [wasOpened, setOpened] = useState(false);
  const { name, title, description, read_only, held_back, drift, findings } = tool;
  const isDenied = rules !== null && !isAllowed(rules, name);
  return (
    <li class="tool">
      <h2>
        <button
          type="button"
          class="tool-opener"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={() => {
            setOpen(!isOpen);
            setOpened(true);
          }}
        >
          <Icon name={isOpen ? "up" : "down"} />
          <code dir="auto">{name}</code>
          <span class="tool-what" dir="auto">
            {title ?? (isOpen ? "" : firstLine(description))}
          </span>
          <span class="tool-marks">
            {drift !== null && <Mark text={texts.drifts[drift]} />}
            {held_back && <Mark text={texts.heldBack} />}
            {findings.length > 0 && <Mark text={texts.odd} />}
            {isDenied && <span class="tag">{texts.denied}</span>}
            {read_only && <span class="tag">{texts.readOnly}</span>}
          </span>
        </button>
      </h2>
      {wasOpened && (
        <div class="tool-body" id={id} hidden={!isOpen}>
          <Body server={server} tool={tool} isDenied={isDenied} rules={rules} onChoose={onChoose} />
        </div>
      )}
    </li>
  );
}

function Mark({ text }: { text: string }) {
  return (
    <span class="attention">
      <Icon name="warning" />
      {text}
    </span>
  );
}

function Body({ server, tool, isDenied, rules, onChoose }: Props & { isDenied: boolean }) {
  const { name, description, read_only, input_schema, offered, held_back, findings } = tool;
  const schema = fromPlain(input_schema ?? null);
  const args = argumentsOf(schema);
  return (
    <>
      {description !== null && (
        <p class="tool-description" dir="auto">
          {description.trim()}
        </p>
      )}
      {read_only && <p class="field-hint">{texts.readOnlyWhat}</p>}
      {findings.map((finding) => (
        <p class="field-note" key={finding}>
          {finding}
        </p>
      ))}
      <Arguments args={args} />
      {input_schema !== null && input_schema !== undefined && (
        <details>
          <summary>{texts.schema}</summary>
          <pre class="output" tabIndex={0} aria-label={texts.schemaOf(name)} dir="auto">
            {writeJson(schema, 2)}
          </pre>
        </details>
      )}
      {rules !== null && <Choosing name={name} isDenied={isDenied} rules={rules} onChoose={onChoose} />}
      {held_back && <p class="field-note">{texts.heldBackWhat}</p>}
      {offered && may("use") === true && isRunner.value !== false && <Trying server={server} tool={name} args={args} />}
    </>
  );
}

function Arguments({ args }: { args: ReturnType<typeof argumentsOf> }) {
  if (args === null) return <p class="field-hint">{texts.noSimpleArguments}</p>;
  if (args.length === 0) return <p class="field-hint">{texts.noArguments}</p>;
  return (
    <dl class="others arguments" aria-label={texts.arguments}>
      {args.map(({ name, title, types, isRequired, description, fallback, choices }) => (
        <div key={name}>
          <dt>
            <code dir="auto">{name}</code>
          </dt>
          <dd>
            <p class="field-hint">
              {types.length === 0 ? texts.anything : types.join(` ${texts.or} `)}
              {isRequired && <>, <strong>{texts.required}</strong></>}
              {fallback !== undefined && (
                <>
                  , {texts.fallback} <code dir="auto">{plainText(fallback)}</code>
                </>
              )}
            </p>
            <Said name={name} title={title} description={description} />
            {choices.length > 0 && (
              <p class="names field-hint">
                {texts.oneOf}{" "}
                {choices.map((choice, index) => (
                  <code key={index} dir="auto">
                    {plainText(choice)}
                  </code>
                ))}
              </p>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Many schemas have a title that is the name again, in other letters. */
function Said({ name, title, description }: { name: string; title: string | null; description: string | null }) {
  const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const own = title === null || bare(title) === bare(name) ? null : title;
  if (own === null && description === null) return null;
  return (
    <p class="tool-description" dir="auto">
      {[own, description].filter((text) => text !== null).join(": ")}
    </p>
  );
}

/** A key that may only write can take a tool away, and not give it back. */
function Choosing({ name, isDenied, rules, onChoose }: { name: string; isDenied: boolean; rules: ToolRules; onChoose: Props["onChoose"] }) {
  const [isBusy, setBusy] = useState(false);
  const mayTurn = may("write") === true && (!isDenied || may("run") === true);
  async function turn() {
    setBusy(true);
    await onChoose(isDenied ? allowing(rules, name) : denying(rules, name));
    setBusy(false);
  }
  return (
    <p class="tool-choice">
      <span>{isDenied ? texts.isDenied : texts.isAllowed}</span>
      {mayTurn && (
        <Button isBusy={isBusy} label={isDenied ? texts.allowOf(name) : texts.denyOf(name)} onPress={() => void turn()}>
          {isDenied ? texts.allow : texts.deny}
        </Button>
      )}
    </p>
  );
}
