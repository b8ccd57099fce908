/** Calls a tool: with fields made from its schema, or with JSON. What was typed stays until the page is left, and goes nowhere else. */
import { useEffect, useRef, useState } from "preact/hooks";
import { callTool } from "../../api/tools.ts";
import { JsonFault, parseJson } from "../../json/read.ts";
import { type JsonObject, isObject } from "../../json/value.ts";
import { writeJson } from "../../json/write.ts";
import { type Argument, type FieldFault, type Texts, fieldsOf, plainText, readFields } from "../../model/tool-schema.ts";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import { SelectField, TextField } from "../../parts/Field.tsx";
import { addressOf } from "../../state/route.ts";
import { faults as faultWords } from "../../texts-running.ts";
import { listing as shared, tools as texts } from "../../texts-testing.ts";
import { UnderWay } from "../editor/UnderWay.tsx";
import { type Failure, whyNot } from "../editor/why-not.ts";
import { ToolResult } from "./ToolResult.tsx";

type Props = { server: string; tool: string; args: Argument[] | null };

type Outcome = { result: JsonObject; ms: number } | { failure: Failure };

export function Trying({ server, tool, args }: Props) {
  const [texted, setTexted] = useState<{ texts: Texts; rest: JsonObject }>({ texts: new Map(), rest: new Map() });
  // Null: the fields are shown.
  const [json, setJson] = useState<string | null>(args === null ? "{}" : null);
  const [faults, setFaults] = useState<ReadonlyMap<string, FieldFault>>(new Map());
  const [jsonFault, setJsonFault] = useState<string | null>(null);
  const [since, setSince] = useState<number | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const calling = useRef<AbortController | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const answer = useRef<HTMLElement>(null);
  useEffect(() => () => calling.current?.abort(), []);
  useEffect(() => {
    if (outcome !== null && form.current?.contains(document.activeElement) === true && document.activeElement?.matches("button") === true) answer.current?.focus();
  }, [outcome]);

  /** What it would be called with; null where that makes no sense yet. */
  function read(): JsonObject | null {
    if (json !== null) {
      const parsed = parsedJson(json);
      setJsonFault(typeof parsed === "string" ? parsed : null);
      return typeof parsed === "string" ? null : parsed;
    }
    const fields = readFields(args ?? [], texted.texts, texted.rest);
    setFaults("faults" in fields ? fields.faults : new Map());
    if ("ok" in fields) return fields.ok;
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
    return null;
  }

  async function call() {
    const values = read();
    if (values === null) return;
    const own = new AbortController();
    calling.current = own;
    const began = performance.now();
    setSince(Date.now());
    setOutcome(null);
    const answered = await callTool(server, tool, values, own.signal);
    if (calling.current !== own) return;
    calling.current = null;
    setSince(null);
    setOutcome("ok" in answered ? { result: answered.ok, ms: Math.round(performance.now() - began) } : { failure: answered });
  }

  function cancel() {
    calling.current?.abort();
    calling.current = null;
    setSince(null);
    form.current?.querySelector<HTMLElement>("button[type=submit]")?.focus();
  }

  function toJson() {
    const fields = readFields(args ?? [], texted.texts, texted.rest);
    // What can't be read yet is left out there, and is still in its field on the way back.
    setJson(writeJson("ok" in fields ? fields.ok : readable(args ?? [], texted), 2));
    setJsonFault(null);
  }

  function toFields() {
    const parsed = parsedJson(json ?? "");
    const fields = typeof parsed === "string" ? null : fieldsOf(args ?? [], parsed);
    if (fields === null) {
      setJsonFault(typeof parsed === "string" ? parsed : texts.fitsNoField);
      return;
    }
    setTexted(fields);
    setFaults(new Map());
    setJson(null);
  }

  return (
    <form
      class="trying"
      ref={form}
      noValidate
      autocomplete="off"
      aria-label={texts.tryOf(tool)}
      onSubmit={(event) => {
        event.preventDefault();
        if (since === null) void call();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && since !== null) cancel();
        else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          if (since === null) void call();
        } else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <header class="trying-head">
        <h3>{texts.tryIt}</h3>
        {args !== null && args.length > 0 && (
          <Button kind="quiet" onPress={json === null ? toJson : toFields}>
            {json === null ? texts.asJson : texts.asForm}
          </Button>
        )}
      </header>
      {json === null ? (
        <>
          {(args ?? []).map((own) => (
            <ArgumentField
              key={own.name}
              own={own}
              text={texted.texts.get(own.name) ?? ""}
              fault={faults.get(own.name) ?? null}
              onText={(text) => setTexted({ ...texted, texts: new Map(texted.texts).set(own.name, text) })}
            />
          ))}
          {texted.rest.size > 0 && <p class="field-hint">{texts.rest([...texted.rest.keys()])}</p>}
        </>
      ) : (
        <TextField label={texts.argumentsJson} value={json} rows={Math.min(Math.max(json.split("\n").length + 1, 4), 20)} isCode error={jsonFault} onText={setJson} />
      )}
      <div class="trying-foot">
        <Button isSubmit isBusy={since !== null} onPress={() => {}}>
          {texts.call}
        </Button>
        {since !== null && <UnderWay what={texts.calling} since={since} cancelLabel={texts.cancelCall} onCancel={cancel} />}
      </div>
      {outcome !== null && (
        <section class="tool-answer" ref={answer} tabIndex={-1} aria-label={texts.answerOf(tool)}>
          {"failure" in outcome ? <CallFailure server={server} failure={outcome.failure} /> : <ToolResult tool={tool} result={outcome.result} ms={outcome.ms} />}
        </section>
      )}
    </form>
  );
}

function parsedJson(text: string): JsonObject | string {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : texts.noObject;
  } catch (fault) {
    if (fault instanceof JsonFault) return fault.message;
    throw fault;
  }
}

/** What of the fields can be read. */
function readable(args: Argument[], { texts: typed, rest }: { texts: Texts; rest: JsonObject }): JsonObject {
  const values = args.flatMap((own) => {
    const fields = readFields([own], typed, new Map());
    return "ok" in fields ? [...fields.ok] : [];
  });
  return new Map([...values, ...rest]);
}

function ArgumentField({ own, text, fault, onText }: { own: Argument; text: string; fault: FieldFault | null; onText: (text: string) => void }) {
  const { name, kind, isRequired, description, fallback, choices, types } = own;
  const label = isRequired ? texts.requiredLabel(name) : name;
  const hint = [description?.trim().split("\n", 1)[0] ?? "", fallback === undefined ? "" : texts.fallbackIs(plainText(fallback))].filter((part) => part !== "").join(" ");
  const error = fault === null ? null : typeof fault === "string" ? texts.fieldFaults[fault] : fault.noJson;
  const shared = { label, hint: hint === "" ? undefined : hint, error };
  if (kind === "boolean" || kind === "choice") {
    const options: [string, string][] = kind === "boolean" ? [["true", "true"], ["false", "false"]] : choices.map((choice, index) => [String(index), plainText(choice)]);
    return <SelectField {...shared} value={text} options={[["", isRequired ? texts.choose : texts.leaveOut], ...options]} onChoose={onText} />;
  }
  if (kind === "json") return <TextField {...shared} hint={`${shared.hint ?? ""} ${texts.jsonOf(types.join(` ${texts.or} `))}`.trim()} value={text} rows={3} isCode onText={onText} />;
  const isNumber = kind === "number" || kind === "integer";
  return <TextField {...shared} value={text} onText={onText} input={isNumber ? { inputMode: "decimal" } : {}} {...(text.includes("\n") && { rows: 4 })} />;
}

/** Why there is no result, and where there is more about it. */
function CallFailure({ server, failure }: { server: string; failure: Failure }) {
  const fault = "problem" in failure ? failure.problem.fault : undefined;
  return (
    <Banner kind="alert">
      {fault === undefined ? (
        whyNot(failure, "run")
      ) : (
        <>
          <strong>{(faultWords as Record<string, string>)[fault.kind] ?? fault.kind}.</strong> <span dir="auto">{fault.message}</span> {fault.detail !== undefined && <code dir="auto">{fault.detail}</code>}
        </>
      )}{" "}
      <a href={addressOf({ screen: "editor", name: server, view: "status" })}>{shared.toStatus}</a>
    </Banner>
  );
}
