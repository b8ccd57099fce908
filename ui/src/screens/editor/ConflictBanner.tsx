/** Says what others have done to this server since it was opened, the moment that they did, and what can be done now. */
import { Age } from "../../parts/Age.tsx";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import type { Notice } from "./banner-text.ts";

type Props = {
  notice: Notice;
  onView: () => void;
  onMerge: () => void;
  onSaveAsNew: () => void;
  onDiscard: () => void;
  onFollow: () => void;
};

export function ConflictBanner(props: Props) {
  const { kind, code, words, at_ms, by } = props.notice;
  return (
    <Banner kind="status" tone="warning" actions={actions(props)}>
      {code !== null && (
        <>
          <code>{code}</code>{" "}
        </>
      )}
      {words}
      {at_ms !== null && (
        <span aria-live="off">
          {" "}
          <Age at={at_ms} />
        </span>
      )}
      {by !== null && ` by ${by}`}
      {kind === "removed" && ". Your draft is kept here."}
    </Banner>
  );
}

function actions({ notice, onView, onMerge, onSaveAsNew, onDiscard, onFollow }: Props) {
  switch (notice.kind) {
    case "changed":
      return (
        <>
          <Button onPress={onView}>View</Button>
          <Button onPress={onMerge}>Merge</Button>
        </>
      );
    case "removed":
      return (
        <>
          <Button onPress={onSaveAsNew}>Save as new</Button>
          <Button onPress={onDiscard}>Discard</Button>
        </>
      );
    case "renamed":
      return <Button onPress={onFollow}>Follow</Button>;
  }
}
