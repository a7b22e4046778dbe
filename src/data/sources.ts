/** Where one's own data come from: a file by its name, or what an upload button or a download gives. */
import { parse } from 'papaparse';
import { check, refuse, shown } from '../base/options';
import { filesFor, runtime } from '../base/runtime';

/** A file's name; or its bytes, as a Uint8Array, an ArrayBuffer, a Blob or File, or `{ name, bytes }`. */
export type Source = string | Uint8Array | ArrayBuffer | Blob | { name: string; bytes: Uint8Array };

const EXPECTED = "a file's name, bytes, or { name, bytes }";

/** @throws when there is no such file, or this is no source */
async function readSource(what: string, source: Source): Promise<{ name: string; bytes: Uint8Array }> {
  if (typeof source === 'string') return { name: source, bytes: filesFor(what).read(source) };
  if (source instanceof Uint8Array) return { name: `${source.length} bytes`, bytes: source };
  if (source instanceof ArrayBuffer) return { name: `${source.byteLength} bytes`, bytes: new Uint8Array(source) };
  if (source instanceof Blob) {
    const { name = `${source.size} bytes` } = source as { name?: string };
    return { name, bytes: new Uint8Array(await source.arrayBuffer()) };
  }
  const { bytes } = (source ?? {}) as Partial<{ bytes: Uint8Array }>;
  if (!(bytes instanceof Uint8Array)) refuse(what, source, EXPECTED);
  check(what, source, {
    name: (part, value) => (typeof value === 'string' ? undefined : refuse(part, value, 'a text')),
    bytes: () => undefined,
  });
  return source;
}

interface Decoded {
  data: Uint8Array;
  width: number;
  height: number;
  channels: 3;
}

const FORMATS = 'a JPEG, PNG, WebP, BMP or GIF';

/**
 * An image of one's own, upright as a photograph's EXIF data say, on white where it is transparent: RGB, bytes. Of a GIF, the
 * first frame.
 *
 * @throws when there is no such file, or it holds no JPEG, PNG, WebP, BMP or GIF that can be read
 * @example display(imageGrid([await readImage('cat.jpg')]));
 */
export async function readImage(source: Source): Promise<Decoded> {
  const { name, bytes } = await readSource('image', source);
  const format = imageFormat(bytes);
  if (!format) throw new Error(`${name} is no image that can be read; expected ${FORMATS}.`);
  if (!runtime.decodeImage) throw new Error(`Nothing here reads images such as ${name}; expected Node.`);
  try {
    // The decoder draws what there is of a file that ends too soon.
    if (!isWhole[format](bytes)) throw new Error('It ends too soon.');
    return onWhite(await runtime.decodeImage(bytes));
  } catch (error) {
    throw new Error(`${name} begins as a ${format} and cannot be read; expected a whole file.`, { cause: error });
  }
}

type Format = 'JPEG' | 'PNG' | 'WebP' | 'BMP' | 'GIF';

/** Whether the end is there, after which some programs write more. */
const isWhole: Record<Format, (bytes: Uint8Array) => boolean> = {
  // A photograph's EXIF data may hold a small JPEG that is whole.
  JPEG: bytes => lastPlace(bytes, [0xff, 0xd9]) > lastPlace(bytes, [0xff, 0xda]),
  PNG: bytes => lastPlace(bytes, [0x49, 0x45, 0x4e, 0x44]) > 0,
  GIF: bytes => bytes.lastIndexOf(0x3b) > bytes.length / 2,
  WebP: bytes => lengthAt(bytes, 4) + 8 <= bytes.length,
  BMP: bytes => lengthAt(bytes, 2) <= bytes.length,
};

const lengthAt = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);

/** Where these bytes last follow each other; -1 if they never do. */
function lastPlace(bytes: Uint8Array, mark: number[]): number {
  for (let at = bytes.length - mark.length; at >= 0; at--) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

/** By the first bytes; a name may say anything. */
export function imageFormat(bytes: Uint8Array): Format | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (/^GIF8[79]a/.test(head)) return 'GIF';
  if (/^RIFF[^]{4}WEBP/.test(head)) return 'WebP';
  return head.startsWith('BM') && bytes.length > 26 ? 'BMP' : undefined;
}

function onWhite({ data, width, height }: { data: Uint8ClampedArray; width: number; height: number }): Decoded {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const opacity = data[from + 3] / 255;
    for (let c = 0; c < 3; c++) rgb[to++] = Math.round(255 + (data[from + c] - 255) * opacity);
  }
  return { data: rgb, width, height, channels: 3 };
}

/** A row of a table, by the names in its first line. */
export type CsvRow = Record<string, string | number | boolean | null>;

/**
 * A table from a CSV file: commas, semicolons or tabs, quoted texts, with or without a byte order mark. Numbers become
 * numbers, what is empty null.
 *
 * @throws when there is no such file, a line has more or fewer values than the first, or a quote is not closed
 * @example const rows = await readCsv('scores.csv'); rows[0].score
 */
export async function readCsv(source: Source): Promise<CsvRow[]> {
  const { name, bytes } = await readSource('CSV', source);
  const text = new TextDecoder().decode(bytes);
  const { data, errors, meta } = parse<CsvRow>(text, {
    header: true,
    dynamicTyping: true,
    skipEmptyLines: 'greedy',
  });
  // One column has no delimiter to be found.
  const [error] = errors.filter(({ code }) => code !== 'UndetectableDelimiter');
  if (error) {
    const place = error.row === undefined ? '' : ` in row ${error.row + 1}`;
    throw new Error(`${name} is no table${place}: ${error.message}; expected as many values as there are names in its first line.`);
  }
  // Every object has these already.
  const taken = text.split(/\r?\n/, 1)[0].split(meta.delimiter).find(column => column.trim() in {});
  if (taken !== undefined) throw new Error(`${name} has a column ${shown(taken)}; expected another name.`);
  const renamed = Object.keys(meta.renamedHeaders ?? {});
  if (renamed.length) throw new Error(`${name} has two columns of one name, ${shown(renamed[0])}; expected different names.`);
  return data;
}
