/** Stands where the paste screen will be until it is merged. */
export function Paste() {
  return <h1 tabIndex={-1}>Paste servers</h1>;
}
