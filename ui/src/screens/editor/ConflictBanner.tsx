/** Says what others have done to this server since it was opened, the moment that they did, and what can be done now. */
import { Age } from "../../parts/Age.tsx";
import { Banner } from "../../parts/Banner.tsx";
import { Button } from "../../parts/Button.tsx";
import { conflict } from "../../texts-editing.ts";
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
          <strong dir="auto">{code}</strong>{" "}
        </>
      )}
      {words}
      {at_ms !== null && (
        <span aria-live="off">
          {" "}
          <Age at={at_ms} />
        </span>
      )}
      {by !== null && conflict.by(by)}
      {kind === "removed" && conflict.draftKept}
    </Banner>
  );
}

function actions({ notice, onView, onMerge, onSaveAsNew, onDiscard, onFollow }: Props) {
  switch (notice.kind) {
    case "changed":
      return (
        <>
          <Button onPress={onView}>{conflict.view}</Button>
          <Button onPress={onMerge}>{conflict.merge}</Button>
        </>
      );
    case "removed":
      return (
        <>
          <Button onPress={onSaveAsNew}>{conflict.saveAsNew}</Button>
          <Button onPress={onDiscard}>{conflict.discard}</Button>
        </>
      );
    case "renamed":
      return <Button onPress={onFollow}>{conflict.follow}</Button>;
  }
}
