/** How the client proves who it is: a kind, and the fields that it has. What no kind fits is edited as JSON. */
import { batch } from "@preact/signals";
import { get } from "../../json/pointer.ts";
import { SelectField } from "../../parts/Field.tsx";
import { editor } from "../../texts-editing.ts";
import { CustomAuth } from "./CustomAuth.tsx";
import { KeptMembers } from "./KeptMembers.tsx";
import { ListField } from "./ListField.tsx";
import { MemberField } from "./MemberField.tsx";
import { PairsField } from "./PairsField.tsx";
import { SecretField } from "./SecretField.tsx";
import { AUTH_KINDS, type AuthField, type AuthKind, authFields, authKind, authRest, withAuthKind } from "./auth-kinds.ts";
import { messageAt, setConfig, setMember, useEditing } from "./editing.ts";
import { remember } from "./memory.ts";
import { pasteIntoPairs } from "./pasting.ts";

export function AuthFields() {
  const { draft, stored, memory, faults } = useEditing();
  const kind = authKind(draft.config);
  const isCustom = kind === "custom" || memory.customAuth !== null;
  const fields = isCustom ? [] : authFields(draft.config, stored?.config ?? null);
  // What is edited as JSON is all there to be seen.
  const rest = authRest(draft.config, fields).filter((at) => !isCustom || !at.startsWith("/auth/"));
  // What has a field of its own is said there.
  const own = faults.filter(({ pointer }) => !fields.some(({ at }) => at !== "/auth" && (pointer === at || pointer.startsWith(`${at}/`))));

  function choose(to: AuthKind) {
    const { config, others } = withAuthKind(draft.config, to, memory.otherKinds);
    batch(() => {
      remember(draft.key, { otherKinds: others, customAuth: to === "custom" ? { text: null } : null });
      setConfig(draft.key, config);
    });
  }

  return (
    <div class="auth" data-at="/auth" tabIndex={-1}>
      <SelectField
        label={editor.auth}
        value={isCustom ? "custom" : kind}
        options={AUTH_KINDS}
        error={kind === "bearer" && fields[0]?.at === "/auth" ? null : (messageAt(own, "/auth") ?? messageAt(own, "/authentication"))}
        onChoose={choose}
      />
      {isCustom && <CustomAuth />}
      {fields.length > 0 && (
        <div class="columns">
          {fields.map((field) => (
            <One key={field.at} field={field} />
          ))}
        </div>
      )}
      {rest.length > 0 && (
        <>
          <p class="field-hint">{editor.authRest}</p>
          <KeptMembers places={rest} elsewhere={fields.map(({ at }) => at)} />
        </>
      )}
    </div>
  );
}

function One({ field }: { field: AuthField }) {
  const { draft, faults } = useEditing();
  const { at, label } = field;
  switch (field.kind) {
    case "text":
      return <MemberField at={at} label={label} {...(field.hint === undefined ? {} : { hint: field.hint })} />;
    case "secret":
      return <SecretField at={at} label={label} />;
    case "list":
      return <ListField at={at} legend={label} one={field.one} />;
    case "pairs":
      return (
        <PairsField
          at={at}
          legend={label}
          one={editor.header}
          onTake={(text, isName, index) => pasteIntoPairs(draft.key, at, text, isName, index)}
        />
      );
    case "choice": {
      const value = get(draft.config, at);
      return (
        <SelectField
          label={label}
          value={typeof value === "string" ? value : ""}
          options={field.options}
          error={messageAt(faults, at)}
          onChoose={(word) => setMember(draft.key, at, word === "" ? undefined : word)}
        />
      );
    }
  }
}
