/** Where the page begins: it draws itself, and sees who the reader is. */
import "./style/tokens.css";
import "./style/base.css";
import "./style/dialog.css";
import "./style/shell.css";
import { render } from "preact";
import { App } from "./App.tsx";
import { start } from "./api/session.ts";

// Asked first, so that the answer is on its way while the page is drawn.
void start();
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
