/** The few signs of the page, drawn here so that nothing is loaded. They say nothing to a screen reader: the words do. */
const PATHS = {
  add: "M12 5v14M5 12h14",
  paste: "M9 4h6v3H9zM9 5H6v15h12V5h-3M9 12h6M9 16h4",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  export: "M12 4v11M8 11l4 4 4-4M5 20h14",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l4 4",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  back: "M14 6l-6 6 6 6",
  close: "M6 6l12 12M18 6L6 18",
  up: "M7 14l5-5 5 5",
  down: "M7 10l5 5 5-5",
  check: "M5 12l5 5 9-10",
  warning: "M12 4L3 19.5h18zM12 10v4M12 16.8v.2",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  help: "M9 9.2a3 3 0 1 1 4.2 2.8c-.9.4-1.2 1-1.2 2M12 17.3v.2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
  offline: "M4 4l16 16M8.5 15.5a5 5 0 0 1 5.6-1M5 12a10 10 0 0 1 4-2.5M19 12a10 10 0 0 0-6.5-3M12 19h.01",
  reveal: "M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} stroke-width={name === "more" ? 3 : undefined} />
    </svg>
  );
}
