/** The form of one draft: what is started or called, how it proves who it is, and what holds for both. */
import { useId } from "preact/hooks";
import { batch } from "@preact/signals";
import { get } from "../../json/pointer.ts";
import { isEnabled } from "../../model/enablement.ts";
import { moveToEnv } from "../../model/move-to-env.ts";
import { TRANSPORT_NAMES, type Transport, transportOf } from "../../model/summary.ts";
import { Button } from "../../parts/Button.tsx";
import { SelectField } from "../../parts/Field.tsx";
import { Segments } from "../../parts/Segments.tsx";
import { editor } from "../../texts-editing.ts";
import { AuthFields } from "./AuthFields.tsx";
import { ListField } from "./ListField.tsx";
import { MemberField, OddField } from "./MemberField.tsx";
import { OtherMembers } from "./OtherMembers.tsx";
import { PairsField } from "./PairsField.tsx";
import { PastedNote } from "./PastedNote.tsx";
import { UrlField } from "./UrlField.tsx";
import { messageAt, setConfig, setMember, useEditing } from "./editing.ts";
import { focusField } from "./focus.ts";
import { remember } from "./memory.ts";
import { moveArgument, pasteIntoPairs, pasteWords } from "./pasting.ts";
import { partsShown, withTransport } from "./transports.ts";

const TRANSPORTS: Transport[] = ["stdio", "http", "sse"];

export function Form() {
  const { draft } = useEditing();
  const shown = partsShown(draft.config);
  return (
    <div class="form">
      <section class="form-part" aria-label={editor.connection}>
        <TransportField />
        {shown.command && <CommandFields />}
        {shown.url && <UrlFields isUnused={transportOf(draft.config) === "stdio"} />}
      </section>
      <section class="form-part" aria-label={editor.aboutLabel}>
        <h2>{editor.about}</h2>
        <div class="columns">
          <MemberField at="/description" label={editor.description} />
          <MemberField at="/icon" label={editor.icon} hint={editor.iconHint} />
        </div>
        <EnabledField />
      </section>
      <section class="form-part" aria-label={editor.limits}>
        <h2>{editor.limits}</h2>
        <div class="columns">
          <MemberField at="/timeout" label={editor.timeout} isNumber />
          <MemberField at="/sse_read_timeout" label={editor.readTimeout} isNumber />
          <KeepAliveField />
        </div>
        <div class="columns">
          <ListField at="/include_tags" legend={editor.includeTags} one={editor.includedTag} hint={editor.includeHint} />
          <ListField at="/exclude_tags" legend={editor.excludeTags} one={editor.excludedTag} hint={editor.excludeHint} />
        </div>
      </section>
      <OtherMembers />
    </div>
  );
}

function TransportField() {
  const id = useId();
  const { draft, memory, faults } = useEditing();
  const chosen = transportOf(draft.config);
  const error = messageAt(faults, "/transport") ?? messageAt(faults, "/type");

  function choose(to: Transport) {
    const { config, away } = withTransport(draft.config, to, memory.putAway);
    batch(() => {
      remember(draft.key, { putAway: away });
      setConfig(draft.key, config);
    });
  }

  return (
    <div class="field" data-at="/transport" tabIndex={-1}>
      <span class="field-label" id={id}>
        {editor.transport}
      </span>
      <Segments
        labelledBy={id}
        describedBy={`${id}-error`}
        name={id}
        value={chosen}
        options={TRANSPORTS.map((transport) => [transport, TRANSPORT_NAMES[transport]])}
        onChoose={choose}
      />
      <p class="field-error" id={`${id}-error`}>
        {error}
      </p>
    </div>
  );
}

function CommandFields() {
  const { key } = useEditing().draft;
  return (
    <>
      <div class="columns">
        <MemberField
          at="/command"
          label={editor.command}
          hint={editor.commandHint}
          isCode
          onTake={(text) => pasteWords(key, text, null)}
        />
        <MemberField at="/cwd" label={editor.cwd} isCode />
      </div>
      <PastedNote member="/command" />
      <ListField
        at="/args"
        legend={editor.args}
        one={editor.argument}
        onTake={(text, index) => pasteWords(key, text, index)}
        offer={(index) => <MoveOffer index={index} />}
      />
      <PairsField
        at="/env"
        legend={editor.env}
        one={editor.variable}
        onTake={(text, isName, index) => pasteIntoPairs(key, "/env", text, isName, index)}
      />
    </>
  );
}

/** Below an argument that holds a secret: to move it to the environment, where that changes nothing of what is run. */
function MoveOffer({ index }: { index: number }) {
  const { draft, suspects } = useEditing();
  const isSuspect = suspects.some(({ pointer: at }) => at === `/args/${index}`);
  const move = isSuspect ? moveToEnv(draft.config, index) : null;
  if (move === null) return null;
  return (
    <p class="offer">
      <Button
        onPress={() => {
          moveArgument(draft.key, index);
          requestAnimationFrame(() => focusField(`/args/${index}`));
        }}
      >
        {editor.moveToEnv(move.name)}
      </Button>
    </p>
  );
}

function UrlFields({ isUnused }: { isUnused: boolean }) {
  const { key } = useEditing().draft;
  return (
    <>
      {isUnused && <p class="field-note">{editor.urlUnused}</p>}
      <UrlField />
      <PairsField
        at="/headers"
        legend={editor.headers}
        one={editor.header}
        onTake={(text, isName, index) => pasteIntoPairs(key, "/headers", text, isName, index)}
      />
      <AuthFields />
    </>
  );
}

function EnabledField() {
  const id = useId();
  const { draft, stored, faults } = useEditing();
  const odd = ["/disabled", "/enabled"].find((at) => typeof (get(draft.config, at) ?? true) !== "boolean");
  if (odd !== undefined) {
    return <OddField label={odd === "/enabled" ? editor.enabled : editor.disabled} at={odd} error={messageAt(faults, odd)} />;
  }
  const contradiction = messageAt(faults, "/disabled");
  return (
    <div class="field" data-at={contradiction === null ? "/enabled" : "/disabled"} tabIndex={-1}>
      <label class="check">
        <input
          type="checkbox"
          aria-describedby={`${id}-error`}
          checked={isEnabled(draft.config) === true}
          onChange={({ currentTarget }) => {
            // Absent and true are one state, so what was there is kept.
            const on = stored !== null && get(stored.config, "/enabled") === true ? true : undefined;
            setMember(draft.key, "/enabled", currentTarget.checked ? on : false);
            // It says the opposite, and would outrank it.
            setMember(draft.key, "/disabled", undefined);
          }}
        />
        <span>{editor.enabled}</span>
      </label>
      <p class="field-error" id={`${id}-error`}>
        {contradiction}
      </p>
    </div>
  );
}

const KEEPING: [string, string][] = [
  ["", editor.clientDefault],
  ["true", editor.yes],
  ["false", editor.no],
];

function KeepAliveField() {
  const { draft, faults } = useEditing();
  const value = get(draft.config, "/keep_alive") ?? null;
  if (value !== null && typeof value !== "boolean") {
    return <OddField label={editor.keepAlive} at="/keep_alive" error={messageAt(faults, "/keep_alive")} />;
  }
  return (
    <SelectField
      label={editor.keepAlive}
      value={value === null ? "" : String(value)}
      options={KEEPING}
      error={messageAt(faults, "/keep_alive")}
      onChoose={(word) => setMember(draft.key, "/keep_alive", word === "" ? undefined : word === "true")}
    />
  );
}
