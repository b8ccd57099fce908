/** What a field of one line gets so that the browser neither corrects nor completes what is typed into it. */
export const AS_TYPED = { type: "text", dir: "auto", autocomplete: "off", autocapitalize: "off", spellcheck: false } as const;
