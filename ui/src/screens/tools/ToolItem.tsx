/** One tool: its name with what marks it, and once it is opened what it is for, what it takes, whether it is offered, and a way to try it. */
import { useState } from "preact/hooks";
import { may } from "../../api/session.ts";
import type { ListedTool } from "../../api/tools.ts";
import { fromPlain } from "../../json/value.ts";
import { writeJson } from "../../json/write.ts";
import { type ToolRules, allowing, denying, isAllowed } from "../../model/tool-rules.ts";
import { argumentsOf, plainText } from "../../model/tool-schema.ts";
import { Button } from "../../parts/Button.tsx";
import { isRunner } from "../../state/instances.ts";
import { listing as shared, tools as texts } from "../../texts-testing.ts";
import { Trying } from "./Trying.tsx";
import { Description, Mark, Said, Unfolding, Whole } from "./Unfolding.tsx";

type Props = { server: string; tool: ListedTool; rules: ToolRules | null; onChoose: (rules: ToolRules) => Promise<void> };

export function ToolItem({ server, tool, rules, onChoose }: Props) {
  const { name, read_only, held_back, drift, findings } = tool;
  const isDenied = rules !== null && !isAllowed(rules, name);
  return (
    <Unfolding
      named={tool}
      marks={
        <>
          {drift !== null && <Mark text={texts.drifts[drift]} />}
          {held_back && <Mark text={texts.heldBack} />}
          {findings.length > 0 && <Mark text={shared.odd} />}
          {isDenied && <span class="tag">{texts.denied}</span>}
          {read_only && <span class="tag">{texts.readOnly}</span>}
        </>
      }
    >
      <Body server={server} tool={tool} isDenied={isDenied} rules={rules} onChoose={onChoose} />
    </Unfolding>
  );
}

function Body({ server, tool, isDenied, rules, onChoose }: Props & { isDenied: boolean }) {
  const { name, description, read_only, input_schema, offered, held_back, findings } = tool;
  const schema = fromPlain(input_schema ?? null);
  const args = argumentsOf(schema);
  return (
    <>
      <Description text={description} findings={findings} />
      {read_only && <p class="field-hint">{texts.readOnlyWhat}</p>}
      <Arguments args={args} />
      {input_schema !== null && input_schema !== undefined && (
        <Whole title={texts.schema} label={texts.schemaOf(name)} text={writeJson(schema, 2)} />
      )}
      {rules !== null && <Choosing name={name} isDenied={isDenied} rules={rules} onChoose={onChoose} />}
      {held_back && <p class="field-note">{texts.heldBackWhat}</p>}
      {offered && may("use") === true && isRunner.value !== false && <Trying server={server} tool={name} args={args} />}
    </>
  );
}

function Arguments({ args }: { args: ReturnType<typeof argumentsOf> }) {
  if (args === null) return <p class="field-hint">{texts.noSimpleArguments}</p>;
  if (args.length === 0) return <p class="field-hint">{shared.noArguments}</p>;
  return (
    <dl class="others arguments" aria-label={shared.arguments}>
      {args.map(({ name, title, types, isRequired, description, fallback, choices }) => (
        <div key={name}>
          <dt>
            <code dir="auto">{name}</code>
          </dt>
          <dd>
            <p class="field-hint">
              {types.length === 0 ? texts.anything : types.join(` ${texts.or} `)}
              {isRequired && <>, <strong>{shared.required}</strong></>}
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
