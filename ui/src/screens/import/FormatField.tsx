/** In which format the text was read, and which is meant instead. */
import type { Format } from "../../api/import.ts";
import { grouped, isFormat, nameOf } from "../../model/formats.ts";
import { Field } from "../../parts/Field.tsx";
import { fitting, found, isImporting, setSource, source } from "../../state/importing.ts";
import { formats, importing } from "../../texts-import.ts";

export function FormatField() {
  const { text, format, file } = source.value;
  if (text.trim() === "" || (found.value === null && format === null)) return null;
  const [taken, ...others] = fitting.value;
  const hints = [
    file === null ? "" : importing.from(file),
    format === null && others.length > 0 ? importing.fitsToo(others.map(nameOf)) : "",
  ];
  return (
    <div class="import-format">
      <Field label={importing.readAs} hint={hints.join(" ").trim()}>
        {(wiring) => (
          <select
            {...wiring}
            disabled={isImporting.value}
            value={format ?? ""}
            onChange={({ currentTarget: { value } }) => setSource({ format: isFormat(value) ? value : null })}
          >
            <option value="">{format === null && taken !== undefined ? importing.detected(nameOf(taken)) : importing.detect}</option>
            {others.length > 0 && format === null && <Options label={importing.alsoFits} all={others} />}
            {grouped((own) => format !== null || !others.includes(own)).map(([group, all]) => (
              <Options key={group} label={formats.groups[group]} all={all} />
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}

export function Options({ label, all }: { label: string; all: readonly Format[] }) {
  return (
    <optgroup label={label}>
      {all.map((format) => (
        <option key={format} value={format}>
          {nameOf(format)}
        </option>
      ))}
    </optgroup>
  );
}
