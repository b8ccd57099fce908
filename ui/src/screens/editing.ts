/**
 * What is needed once more than the list is looked at: the editor, the views on a server and the paste screen, in a file of their own, so that the list is
 * there before they are.
 */
import "../state/kept-drafts.ts";

declare const __BUILD__: string;

/** The build that this file is of. */
export const build = __BUILD__;
export { Editor } from "./Editor.tsx";
export { Paste } from "./Paste.tsx";
export { ApproveSeveral } from "./running/ApproveSeveral.tsx";
