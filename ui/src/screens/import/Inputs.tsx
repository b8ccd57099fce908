/** The values that a text leaves open: what the client would ask its user for, and placeholders. They are stored with the server, and not before. */
import type { Answer } from "../../model/import.ts";
import { SelectField, TextField } from "../../parts/Field.tsx";
import { enterInput } from "../../state/importing.ts";
import { importing } from "../../texts-import.ts";
import { SecretInput } from "../editor/SecretInput.tsx";
import { labelOf } from "../editor/faults.ts";

type Props = { server: string; answers: readonly Answer[]; wasTried: boolean };

export function Inputs({ server, answers, wasTried }: Props) {
  return (
    <fieldset class="import-inputs">
      <legend>{importing.inputs}</legend>
      {answers.map((answer) => (
        <One key={answer.input.id} server={server} answer={answer} wasTried={wasTried} />
      ))}
    </fieldset>
  );
}

function One({ server, answer, wasTried }: { server: string; answer: Answer; wasTried: boolean }) {
  const { input, value, isMissing } = answer;
  const places = input.pointers.map(labelOf);
  // A placeholder has no name but its place.
  const isPlace = input.id.startsWith("/");
  const field = {
    label: isPlace ? places.join(", ") : (input.description ?? input.id),
    hint: isPlace ? importing.onlyValue : places.length === 0 ? null : importing.inputFor(places),
    value,
    error: wasTried && isMissing ? importing.missing : null,
  };
  const take = (text: string) => enterInput(server, input.id, text);
  if (input.choices !== undefined && input.choices.length > 0) {
    const options = input.choices.map((choice) => [choice, choice] as const);
    return <SelectField {...field} options={[["", importing.chooseValue] as const, ...options]} onChoose={take} />;
  }
  if (input.is_secret) return <SecretInput {...field} at={`${server} ${input.id}`} onText={take} />;
  return <TextField {...field} onText={take} />;
}
