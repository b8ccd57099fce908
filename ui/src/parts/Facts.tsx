/** What is known of something, as names and values. What has no value has no row. */
import type { ComponentChildren } from "preact";

export type Fact = [title: string, value: ComponentChildren];

export function Facts({ rows, class: own }: { rows: Fact[]; class?: string }) {
  return (
    <dl class={own === undefined ? "others" : `others ${own}`}>
      {rows.map(
        ([title, value]) =>
          value !== null &&
          value !== undefined &&
          value !== false && (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
