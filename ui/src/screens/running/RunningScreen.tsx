/** One view on how a server runs: its name, the way to the other views, and the view. */
import { useRef } from "preact/hooks";
import { session } from "../../api/session.ts";
import { Banner } from "../../parts/Banner.tsx";
import { useKeys } from "../../state/keys.ts";
import { isListed, servers } from "../../state/live.ts";
import { type View, go } from "../../state/route.ts";
import { editor } from "../../texts-editing.ts";
import { views } from "../../texts-running.ts";
import { ServerHead } from "../editor/ServerHead.tsx";
import { ServerIcon } from "../list/ServerIcon.tsx";
import { Approval } from "./Approval.tsx";
import { History } from "./History.tsx";
import { Log } from "./Log.tsx";
import { Status } from "./Status.tsx";
import { Prompts } from "../tools/Prompts.tsx";
import { Resources } from "../tools/Resources.tsx";
import { Tools } from "../tools/Tools.tsx";
import { IS_SHOWN, Views, mayRead, useArrival } from "./Views.tsx";

const SHOWN: Record<View, (props: { name: string }) => preact.VNode | null> = {
  status: Status, tools: Tools, resources: Resources, prompts: Prompts, log: Log, history: History, approval: Approval,
};

export function RunningScreen({ name, view }: { name: string; view: View }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const server = servers.value.get(name);
  const back = () => go({ screen: "list" });
  useArrival(heading);
  useKeys([{ keys: "Escape", what: editor.backToList, run: back }]);
  const Shown = SHOWN[view];
  return (
    <div class="editor running-screen">
      <div class="editor-top">
        <ServerHead
          title={
            <>
              <ServerIcon server={server} />
              {name}
            </>
          }
          headingRef={heading}
          onBack={back}
        />
        <Views name={name} />
      </div>
      {server === undefined && isListed.value ? (
        <Banner kind="alert" tone="warning">
          {editor.unknown}
        </Banner>
      ) : IS_SHOWN[view](name) ? (
        <Shown name={name} />
      ) : (
        session.value.scopes !== null && <p class="field-hint">{mayRead(view) ? views.nothing : views.notForThisKey}</p>
      )}
    </div>
  );
}
