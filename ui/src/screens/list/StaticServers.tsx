/** The servers that a file registers. They are not stored, so that nothing of them can be changed here. */
import { origins } from "../../state/origins.ts";
import { list } from "../../texts.ts";

export function StaticServers() {
  const { fixed } = origins.value;
  if (fixed.length === 0) return null;
  return (
    <section class="static-servers" aria-labelledby="static-servers">
      <h2 id="static-servers">{list.staticServers}</h2>
      <p>{list.staticServersWhy}</p>
      <ul>
        {fixed.map(({ name, url, shadows }) => (
          <li key={name}>
            <span class="name" dir="auto">
              {name}
            </span>{" "}
            <code dir="ltr">{url}</code>
            {shadows && <span class="tag">{list.shadows}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
