/** The keyboard shortcuts that hold where the reader is, and the switch that turns single keys off. */
import { Button } from "../parts/Button.tsx";
import { Dialog } from "../parts/Dialog.tsx";
import { Switch } from "../parts/Switch.tsx";
import { type Shortcut, isSingle, singleKeys, spelled, tables } from "../state/keys.ts";
import { help } from "../texts.ts";

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={help.title} onClose={onClose} actions={<Button onPress={onClose}>{help.done}</Button>}>
      <dl class="shortcuts">
        {shown(tables.value.flat()).map(({ keys, what }) => (
          <div key={keys}>
            <dt>
              {spelled(keys).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="setting">
        <Switch label={help.singleKeys} isOn={singleKeys.value} onTurn={(on) => (singleKeys.value = on)} />
        <span>{help.singleKeysWhy}</span>
      </p>
    </Dialog>
  );
}

/** One for each key: the one that would be run. */
function shown(all: Shortcut[]): Shortcut[] {
  const first = new Map<string, Shortcut>();
  for (const shortcut of all) if (!first.has(shortcut.keys)) first.set(shortcut.keys, shortcut);
  return [...first.values()].filter(({ keys }) => singleKeys.value || !isSingle(keys));
}
