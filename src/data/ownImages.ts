/** Sets of one's own images: a folder of photographs, single files, an upload, a table of pixels. */
import { check, type Checks, listOf, refuse, shown, text, wholeNumber } from '../base/options';
import { filesFor, runtime } from '../base/runtime';
import { type ImageSet, type Labels, refuseEmpty, withText } from './imageSet';
import { resizeAndCrop } from './resize';
import { readCsv, readImage, type Source } from './sources';

export interface OwnImagesOptions {
  /** Height and width of all: the shorter side is made as long, and the middle cut out. Without it all have to be of one size. */
  size?: number | [height: number, width: number];
  /** 1 is grey (0.299 red + 0.587 green + 0.114 blue). 3 if not given. */
  channels?: 1 | 3;
  /** Of the set. */
  name?: string;
}

const OPTIONS: Checks<OwnImagesOptions> = {
  size: (what, value) => {
    const sides: unknown[] = Array.isArray(value) ? value : [value, value];
    if (sides.length !== 2) refuse(what, value, 'a whole number from 1, or [height, width]');
    for (const side of sides) wholeNumber(what, side as number);
  },
  channels: (what, value) => (value === 1 || value === 3 ? undefined : refuse(what, value, '1 or 3')),
  name: text,
};

/** A folder of photographs has other files, too. */
const IMAGE_NAME = /\.(jpe?g|jfif|png|webp|bmp|gif)$/i;

/**
 * The images of a folder. Each folder in it is a class, called as it is; images that lie in it directly are one class, called
 * as the folder is. Other files are left out, and named.
 *
 * @throws when there is no image, one cannot be read, or two have different sizes and no `size` is given
 * @example const pets = await imageSet.fromFolder('pets', { size: 64 });
 */
export async function fromFolder(folder: string, options: OwnImagesOptions = {}): Promise<ImageSet> {
  text('folder of imageSet.fromFolder', folder);
  check('imageSet.fromFolder', options, OPTIONS);
  const files = filesFor('a folder of images');
  if (!files.isFolder(folder)) throw new Error(`There is no folder ${shown(folder)}; expected one with images in it.`);
  const natural = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
  const visible = (of: string): string[] => files.list(of).filter(name => !/^\.|^__MACOSX$/.test(name)).sort(natural);
  const whole = folder.replace(/[/\\]+$/, '');
  const own = whole.split(/[/\\]/).pop()!;
  const found: { file: string; label: string }[] = [];
  const others: string[] = [];
  const take = (of: string, label: string): void => {
    for (const name of visible(of)) {
      const file = `${of}/${name}`;
      if (files.isFolder(file)) {
        if (of === whole) take(file, name);
        else others.push(file);
      } else if (IMAGE_NAME.test(name)) found.push({ file, label });
      else others.push(file);
    }
  };
  take(whole, own);
  if (!found.length) {
    throw new Error(`There is no image in ${shown(folder)}; expected JPEG, PNG, WebP, BMP or GIF files, in it or in a folder for each class.`);
  }
  if (others.length) {
    const list = others.length > 3 ? `${others.slice(0, 3).join(', ')} and ${others.length - 3} more` : others.join(', ');
    runtime.print(`Left out, as they are no images: ${list}.`);
  }
  const labels = found.map(({ label }) => label);
  return fromFiles(found.map(({ file }) => file), { name: own, ...options, labels });
}

/**
 * Images one by one: files' names, or bytes as an upload button or a download gives them.
 *
 * @param options.labels - the class of each, as a text; without it all are of one class, 'image'
 * @throws when one cannot be read, or two have different sizes and no `size` is given
 * @example await imageSet.fromFiles(['a.jpg', { name: 'b.png', bytes }], { labels: ['cat', 'dog'], size: 64 });
 */
export async function fromFiles(
  sources: readonly Source[],
  options: OwnImagesOptions & { labels?: string[] } = {},
): Promise<ImageSet> {
  check('imageSet.fromFiles', options, {
    ...OPTIONS,
    labels: (what, value) => listOf(what, value, 'an array with the class of each image', text),
  });
  listOf('list of images of imageSet.fromFiles', sources, "an array of files' names or bytes", () => undefined);
  if (!sources.length) refuse('list of images of imageSet.fromFiles', sources, 'at least one');
  const { channels = 3, name = 'own images', labels = sources.map(() => 'image') } = options;
  if (labels.length !== sources.length) {
    throw new Error(`There are ${labels.length} labels for ${sources.length} images; expected one for each.`);
  }
  let size = sidesOf(options.size);
  const parts: Uint8Array[] = [];
  for (const source of sources) {
    const image = await readImage(source);
    size ??= [image.height, image.width];
    if (options.size === undefined && (image.height !== size[0] || image.width !== size[1])) {
      throw new Error(
        `${nameOf(source)} has ${image.height} x ${image.width} pixels, ${nameOf(sources[0])} ${size.join(' x ')}; ` +
          'expected images of one size, or the option size, as { size: 64 }.',
      );
    }
    const { data } = resizeAndCrop(image, size);
    parts.push(channels === 1 ? grey(data) : data);
  }
  const images = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (images.set(part, at), at + part.length), 0);
  const classes = [...new Set(labels)];
  return whole({ name, images, shape: [...size!, channels], classes }, labels.map(label => classes.indexOf(label)));
}

/**
 * A table of pixels, as MNIST is often handed round: one image a line, a column with its class, and all others its bytes from 0
 * to 255, rows from the top, channels innermost.
 *
 * @param options.shape - [height, width, channels]; a grey square if not given
 * @param options.label - the name of the column with the class; 'label' if not given
 * @throws when a line has too few pixels, or one is no byte
 * @example const digits = await imageSet.fromCsv('mnist_test.csv', { shape: [28, 28, 1] });
 */
export async function fromCsv(
  source: Source,
  options: { shape?: [height: number, width: number, channels: number]; label?: string; name?: string } = {},
): Promise<ImageSet> {
  check('imageSet.fromCsv', options, {
    shape: (what, value) => listOf(what, value, '[height, width, channels]', (part, side) => wholeNumber(part, side as number)),
    label: text,
    name: text,
  });
  const { label = 'label', name = typeof source === 'string' ? source : 'own images' } = options;
  const rows = await readCsv(source);
  if (!rows.length) throw new Error(`${name} has no line after its names; expected one for each image.`);
  if (!(label in rows[0])) {
    const names = Object.keys(rows[0]);
    throw new Error(`${name} has no column ${shown(label)}; expected the name of one of its columns, as ${shown(names[0])}.`);
  }
  const columns = Object.keys(rows[0]).filter(column => column !== label);
  const side = Math.sqrt(columns.length);
  const { shape = [side, side, 1] } = options;
  const size = shape.reduce((product, length) => product * length, 1);
  if (shape.length !== 3 || size !== columns.length || !shape.every(Number.isInteger)) {
    throw new Error(
      `${name} has ${columns.length} columns of pixels; expected ${options.shape ? `${size} for ${shape.join(' x ')}` : 'a square number of them, or the option shape'}.`,
    );
  }
  const images = new Uint8Array(rows.length * size);
  rows.forEach((row, i) =>
    columns.forEach((column, k) => {
      const value = row[column];
      const isByte = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;
      if (!isByte) {
        throw new Error(`Row ${i + 1} of ${name} has ${shown(value)} in ${shown(column)}; expected a whole number from 0 to 255.`);
      }
      images[i * size + k] = value;
    }),
  );
  const names = rows.map(row => String(row[label]));
  const classes = [...new Set(names)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return whole({ name, images, shape, classes }, names.map(one => classes.indexOf(one)));
}

const sidesOf = (size: OwnImagesOptions['size']): [number, number] | undefined =>
  typeof size === 'number' ? [size, size] : size;

function whole(set: Omit<ImageSet, 'labels' | 'length'>, indices: number[]): ImageSet {
  const labels: Labels = set.classes.length > 256 ? Uint16Array.from(indices) : Uint8Array.from(indices);
  const result = withText({ ...set, labels, length: indices.length });
  refuseEmpty(result);
  return result;
}

const nameOf = (source: Source): string =>
  typeof source === 'string' ? source : 'name' in source ? String(source.name) : 'an image';

/** ITU-R BT.601, as Pillow's `convert('L')`. */
function grey(rgb: Uint8Array): Uint8Array {
  const result = new Uint8Array(rgb.length / 3);
  for (let i = 0; i < result.length; i++) {
    const [red, green, blue] = rgb.subarray(3 * i, 3 * i + 3);
    result[i] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
  return result;
}
