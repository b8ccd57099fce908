// Pictures compared dot by dot. The browser itself reads them, on a page of its own.

export class Pixels {
  #page;

  static async in(context) {
    return new Pixels(await context.newPage());
  }

  constructor(page) {
    this.#page = page;
  }

  /** Which part of two pictures of one size differs, from 0 to 1. */
  difference(one, other) {
    return this.#page.evaluate(compare, [one, other].map((picture) => picture.toString('base64')));
  }
}

/** Runs in the browser. */
async function compare(pictures) {
  const [first, second] = await Promise.all(pictures.map(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
    context.drawImage(picture, 0, 0);
    return context.getImageData(0, 0, picture.width, picture.height).data;
  }));
  if (first.length !== second.length) throw new Error('the pictures differ in size');
  let count = 0;
  for (let at = 0; at < first.length; at += 4) {
    const distance = [0, 1, 2].reduce((sum, part) => sum + Math.abs(first[at + part] - second[at + part]), 0);
    if (distance > 96) count += 1;
  }
  return count / (first.length / 4);
}
