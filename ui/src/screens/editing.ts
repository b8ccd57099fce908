/**
 * What is needed once more than the list is looked at: the editor, the views on a server and the paste screen, in a file of their own, so that the list is
 * there before they are.
 */
import "../state/kept-drafts.ts";
import editor from "../style/editor.css?inline";
import paste from "../style/paste.css?inline";
import running from "../style/running.css?inline";

declare const __BUILD__: string;

/** The build that this file is of. */
export const build = __BUILD__;

// The list needs none of it, so that it is no part of the first load either.
const sheet = new CSSStyleSheet();
sheet.replaceSync(editor + running + paste);
document.adoptedStyleSheets.push(sheet);

export { Editor } from "./Editor.tsx";
export { Paste } from "./Paste.tsx";
export { ApproveSeveral } from "./running/ApproveSeveral.tsx";
export { rowItems } from "./list/row-items.ts";
