/** On or off, at once. `isOn` null: neither; pressing turns it on. */
export function Switch({ label, isOn, isBusy = false, onTurn }: { label: string; isOn: boolean | null; isBusy?: boolean; onTurn: (on: boolean) => void }) {
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      aria-label={label}
      aria-checked={isOn === true}
      aria-busy={isBusy ? "true" : undefined}
      onClick={() => {
        if (!isBusy) onTurn(isOn !== true);
      }}
    >
      <span class="thumb" />
    </button>
  );
}
