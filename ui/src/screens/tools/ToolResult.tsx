/** What a tool has answered: texts, JSON made readable, pictures; and all of it as it came. */
import { useEffect, useRef, useState } from "preact/hooks";
import { parseJson } from "../../json/read.ts";
import { type Json, type JsonObject, isObject } from "../../json/value.ts";
import { writeJson } from "../../json/write.ts";
import { tools as texts } from "../../texts-testing.ts";

/** So much of a text is drawn at first. */
const MOST = 50_000;

/** So many pixels are drawn. */
const MOST_PIXELS = 1 << 24;

export function ToolResult({ tool, result, ms }: { tool: string; result: JsonObject; ms: number }) {
  const isError = result.get("isError") === true;
  const content = result.get("content");
  const blocks = Array.isArray(content) ? content.filter(isObject) : [];
  const structured = result.get("structuredContent");
  const isSaid = structured !== undefined && blocks.some((block) => sameAsText(block, structured));
  return (
    <>
      <p class={`health ${isError ? "bad" : "good"}`} role="status">
        <span class="sign" aria-hidden="true" />
        <strong>{isError ? texts.toolFailed : texts.answered}</strong>
        <span class="field-hint">{texts.took(ms)}</span>
      </p>
      {blocks.map((block, index) => (
        <Block key={index} block={block} label={texts.partOf(tool, index + 1)} />
      ))}
      {structured !== undefined && !isSaid && <Output label={texts.structuredOf(tool)} text={writeJson(structured, 2)} />}
      <details>
        <summary>{texts.whole}</summary>
        <Output label={texts.wholeOf(tool)} text={writeJson(result, 2)} />
      </details>
    </>
  );
}

/** Many servers send the same twice: for programs, and as a text. */
function sameAsText(block: JsonObject, structured: Json): boolean {
  const text = block.get("text");
  const value = typeof text === "string" ? jsonIn(text) : undefined;
  return value !== undefined && writeJson(value) === writeJson(structured);
}

function Block({ block, label }: { block: JsonObject; label: string }) {
  const word = (name: string) => {
    const value = block.get(name);
    return typeof value === "string" ? value : null;
  };
  const [type, text, data, media] = [word("type"), word("text"), word("data"), word("mimeType") ?? ""];
  if (type === "text" && text !== null) {
    const value = jsonIn(text);
    return <Output label={label} text={value === undefined ? text : writeJson(value, 2)} />;
  }
  if (type === "image" && data !== null) return <Picture data={data} media={media} label={label} />;
  const resource = block.get("resource");
  const inner = isObject(resource) ? resource.get("text") : undefined;
  if (type === "resource" && typeof inner === "string") return <Output label={label} text={inner} />;
  if (data !== null) return <p>{texts.bytes(media, bytesIn(data))}</p>;
  return <Output label={label} text={writeJson(block, 2)} />;
}

/** An object or a list that a text holds; numbers and words are texts. */
function jsonIn(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function Output({ label, text }: { label: string; text: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && text.length > MOST;
  return (
    <>
      <pre class="output" tabIndex={0} aria-label={label} dir="auto">
        {isCut ? text.slice(0, MOST) : text}
      </pre>
      {isCut && (
        <p class="field-note">
          {texts.cut(text.length - MOST)}{" "}
          <button type="button" class="button quiet" onClick={() => setWhole(true)}>
            {texts.showAll}
          </button>
        </p>
      )}
    </>
  );
}

/** Drawn here: the page loads no picture from elsewhere, and none from a text. */
function Picture({ data, media, label }: { data: string; media: string; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isBad, setBad] = useState(false);
  useEffect(() => {
    let isHere = true;
    decoded(data, media).then(
      (bitmap) => {
        const own = canvas.current;
        if (!isHere || own === null) return;
        own.width = bitmap.width;
        own.height = bitmap.height;
        own.getContext("2d")?.drawImage(bitmap, 0, 0);
        bitmap.close();
      },
      () => isHere && setBad(true),
    );
    return () => {
      isHere = false;
    };
  }, [data, media]);
  const what = texts.bytes(media, bytesIn(data));
  if (isBad) return <p>{`${what} ${texts.noPicture}`}</p>;
  return (
    <figure>
      <canvas ref={canvas} class="picture" role="img" aria-label={label} width={0} height={0} />
      <figcaption class="field-hint">{what}</figcaption>
    </figure>
  );
}

async function decoded(data: string, type: string): Promise<ImageBitmap> {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type }));
  if (bitmap.width * bitmap.height > MOST_PIXELS) throw new RangeError("too many pixels");
  return bitmap;
}

function bytesIn(base64: string): number {
  return Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
}
