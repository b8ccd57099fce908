/**
 * What is needed once more than the list is looked at: the editor, the views on a server, import and export, in a file of their own, so that the
 * list is there before they are.
 */
import "../state/kept-drafts.ts";
import editor from "../style/editor.css?inline";
import importing from "../style/import.css?inline";
import running from "../style/running.css?inline";

declare const __BUILD__: string;

/** The build that this file is of. */
export const build = __BUILD__;

// The list needs none of it, so that it is no part of the first load either.
const sheet = new CSSStyleSheet();
sheet.replaceSync(editor + running + importing);
document.adoptedStyleSheets.push(sheet);

export { Editor } from "./Editor.tsx";
export { Export } from "./Export.tsx";
export { Import } from "./Import.tsx";
export { ApproveSeveral } from "./running/ApproveSeveral.tsx";
export { rowItems } from "./list/row-items.ts";
