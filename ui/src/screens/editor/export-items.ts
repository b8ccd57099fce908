/** What a menu offers to take one server to another client. */
import type { MenuItem } from "../../parts/Menu.tsx";
import { exportOf } from "../../state/exporting.ts";
import { exporting } from "../../texts-import.ts";

export function exportItems(name: string): MenuItem[] {
  return [
    { label: exporting.copyAs, run: () => exportOf([name], true) },
    { label: exporting.export, run: () => exportOf([name]) },
  ];
}
