/** Where a server came from, if it was not configured here; of a registered one also what gateways have of it. */
import { Icon } from "../../parts/Icon.tsx";
import { origins } from "../../state/origins.ts";
import { list } from "../../texts.ts";
import { originOf } from "./arranged.ts";

export function OriginTag({ name }: { name: string }) {
  const origin = originOf(name, origins.value);
  if (origin === "settings") return null;
  const own = origins.value.stored.get(name);
  const gateways = own?.gateways ?? [];
  const isFailing = gateways.some(({ state }) => state === "failed");
  const isPending = gateways.some(({ state }) => state === "pending");
  const why = [list.originWhy[origin], ...gateways.map(({ gateway, state }) => list.gateway(gateway, state))].join("\n");
  return (
    <>
      <span class="tag" title={why}>
        {list.filters[origin]}
      </span>
      {own?.leaving === true && <span class="tag">{list.leavingTag}</span>}
      {isFailing && (
        <span class="attention" title={why}>
          <Icon name="warning" />
          {list.gatewayFailing}
        </span>
      )}
      {isPending && !isFailing && own?.leaving !== true && <span class="tag">{list.gatewayPending}</span>}
    </>
  );
}
