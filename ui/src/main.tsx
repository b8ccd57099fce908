/** Where the page begins. */
import "./style/tokens.css";
import { render } from "preact";

render(<h1>MCP servers</h1>, document.getElementById("app")!);
