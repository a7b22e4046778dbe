/** What images look like: a file's bytes, pixels, and a set of them as a list of its classes, each with its count and its first images. */
import { escapeMarkup } from '../base/markup';
import { type ImageSet, images, imageSetText, MOST_CLASSES } from '../data/imageSet';
import { imageGrid, type MimeBundle } from '../display';

/** More images of one class are only counted. */
const EACH = 8;
const CHANNELS = [1, 3, 4];

/** Whether a value is made as a set of images is, whoever made it. */
export function isImageSet(value: unknown): value is ImageSet {
  if (typeof value !== 'object' || value === null) return false;
  const { images: bytes, labels, shape, classes, length } = value as Partial<Record<keyof ImageSet, unknown>>;
  if (!(bytes instanceof Uint8Array) || !ArrayBuffer.isView(labels) || typeof length !== 'number') return false;
  if (!Array.isArray(shape) || shape.length !== 3 || !Array.isArray(classes)) return false;
  const [height, width, channels] = shape as number[];
  return bytes.length === length * height * width * channels && (labels as Uint8Array).length === length;
}

export async function imageSetBundle(set: ImageSet): Promise<MimeBundle> {
  const isShown = CHANNELS.includes(set.shape[2]);
  const rows = classesOf(set).map(async ({ name, count, first }) => {
    const cells = [escapeMarkup(name), count.toLocaleString('en')];
    if (!isShown || !first.length) return [...cells, ''];
    const grid = imageGrid(images(set, first), { columns: first.length });
    const { 'image/png': png } = await grid.bundle;
    return [
      ...cells,
      `<img src="data:image/png;base64,${String(png)}" alt="${escapeMarkup(`${name}: ${grid.text}`)}">`,
    ];
  });
  const body = (await Promise.all(rows)).map(row => `<tr>${row.map(cell => `<td>${cell}</td>`).join('')}</tr>`);
  const text = imageSetText(set);
  const more = set.classes.length - MOST_CLASSES;
  const head = `<tr><th>class</th><th>images</th><th>the first</th></tr>`;
  return {
    'text/plain': text,
    'text/html': `<p>${escapeMarkup(text.split('\n')[0])}</p><table>${head}${body.join('')}</table>${more > 0 ? `<p>and ${more} more classes</p>` : ''}`,
  };
}

function classesOf({ classes, labels }: ImageSet): { name: string; count: number; first: number[] }[] {
  const found = classes.slice(0, MOST_CLASSES).map(name => ({ name: String(name), count: 0, first: [] as number[] }));
  labels.forEach((label: number, index: number) => {
    const one = found[label];
    if (!one) return;
    one.count++;
    if (one.first.length < EACH) one.first.push(index);
  });
  return found;
}
