/** A word across the page: `status` waits for the reader to pause, `alert` is said at once. */
import type { ComponentChildren } from "preact";
import { Icon } from "./Icon.tsx";

export type BannerProps = {
  kind: "status" | "alert";
  /** The look; what is said stays in the words. */
  tone?: "calm" | "warning" | "danger";
  children: ComponentChildren;
  actions?: ComponentChildren;
};

export function Banner({ kind, tone = kind === "alert" ? "danger" : "calm", children, actions }: BannerProps) {
  return (
    <div class={`banner ${tone}`} role={kind}>
      {tone !== "calm" && <Icon name="warning" />}
      <div class="banner-text">{children}</div>
      {actions && <div class="banner-actions">{actions}</div>}
    </div>
  );
}
