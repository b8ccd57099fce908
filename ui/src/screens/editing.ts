/**
 * What is needed once something is typed: the editor and the paste screen, in a file of their own, so that the list is
 * there before they are.
 */
export { Editor } from "./Editor.tsx";
export { Paste } from "./Paste.tsx";
