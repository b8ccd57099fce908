/** A text in which backticks mark code. */
export function Marked({ children }: { children: string }) {
  return <>{children.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}
