/** What a server offers to call: searched, looked at, called; which of it is offered; and what has changed since it was accepted. */
import { AllowAll } from "./AllowAll.tsx";
import { Drift } from "./Drift.tsx";
import { Listing } from "./Listing.tsx";
import { Pinning } from "./Pinning.tsx";
import { ToolItem } from "./ToolItem.tsx";
import { useTools } from "./tools.ts";

export function Tools({ name }: { name: string }) {
  const { listing, policy, failure, isBusy, hasChanged, look, choose, accept } = useTools(name);
  const all = listing?.tools ?? [];
  const drift = listing?.drift ?? null;
  return (
    <Listing
      server={name}
      kind="tools"
      frame={listing}
      entries={all}
      failure={failure}
      isBusy={isBusy}
      onLook={look}
      above={drift !== null && <Drift drift={drift} isPinned={policy?.rules.pinned === true} hasChanged={hasChanged} onAccept={accept} />}
      between={
        policy !== null &&
        all.length > 0 && (
          <>
            <Pinning rules={policy.rules} onChoose={choose} />
            <AllowAll tools={all} rules={policy.rules} onChoose={choose} />
          </>
        )
      }
      draw={(tool, key) => <ToolItem key={key} server={name} tool={tool} rules={policy?.rules ?? null} onChoose={choose} />}
    />
  );
}
