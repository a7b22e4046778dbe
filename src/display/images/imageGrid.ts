import { toBase64 } from '../../base/bytes';
import { escapeMarkup } from '../../base/markup';
import { check, type Checks, listOf, refuse, wholeNumber, words } from '../../base/options';
import { Figure, pngPicture } from '../figures/figure';
import { bytesOf, encodePng, type Image, refuseImage } from './png';
import { INK } from '../figures/ink';
import { drawnPicture, fontFamily, textWidth } from '../figures/raster';

export interface ImageGridOptions {
  /** Images in a row; by default as square a grid as the page is wide enough for. */
  columns?: number;
  /** Pixels on the page per pixel of an image; by default as many as make small images visible. */
  scale?: number;
  /** One under each image; a line break starts another line. */
  titles?: string[];
  /** One line above the grid. */
  caption?: string;
}

/** Width of an output in JupyterLab, in a window of 1,300 pixels. */
const PAGE_WIDTH = 860;
const FONT_SIZE = 11;
const LINE = 14;

const OPTIONS: Checks<ImageGridOptions> = {
  columns: (what, value) => wholeNumber(what, value),
  scale: (what, value) => wholeNumber(what, value),
  titles: (what, value) => listOf(what, value, 'an array of texts', words),
  caption: words,
};

/**
 * Images side by side as one PNG, each pixel a square of `scale` x `scale`; between them the page is seen.
 *
 * @param images of sizes that may differ, as `images(set, [0, 1])` gives
 * @param options titles, the caption, the columns and the scale
 * @example imageGrid(images(set, [0, 1, 2, 3]), { columns: 2, scale: 4 })
 * @throws an Error when an image's sizes do not fit its data, or an option cannot be met
 */
export function imageGrid(images: readonly Image[], options: ImageGridOptions = {}): Figure {
  check('imageGrid', options, OPTIONS);
  listOf('list of images of imageGrid', images, 'an array of images, as images(set, [0, 1]) gives', refuseImage);
  if (!images.length) refuse('list of images of imageGrid', images, 'at least one image');
  const { titles, caption } = options;
  if (titles && titles.length !== images.length) {
    throw new Error(`There are ${titles.length} titles for ${images.length} images; expected one for each.`);
  }
  const width = Math.max(...images.map(image => image.width));
  const height = Math.max(...images.map(image => image.height));
  const scale = options.scale ?? Math.max(1, Math.floor(80 / Math.max(width, height)));
  const titleLines = titles?.map(title => title.split('\n'));
  const lines = Math.max(0, ...(titleLines ?? []).map(title => title.length));
  const widest = Math.max(0, ...(titleLines ?? []).flat().map(line => textWidth(line, FONT_SIZE)));
  const cellWidth = Math.max(width * scale, Math.min(150, Math.ceil(widest)));
  const gap = lines ? 8 : 4;
  const fitting = Math.max(1, Math.floor(PAGE_WIDTH / (cellWidth + gap)));
  const columns = options.columns ?? Math.min(images.length, fitting, Math.max(8, Math.ceil(Math.sqrt(images.length))));
  const rows = Math.ceil(images.length / columns);
  const sizes = images.every(image => image.width === width && image.height === height)
    ? `${width} x ${height}`
    : `up to ${width} x ${height}`;
  const text = [
    `${caption ? `${caption}: ` : ''}${rows} x ${columns} grid of ${sizes} images`,
    ...(titles ? [titles.map(title => title.replace(/\s*\n\s*/g, ' ')).join(', ')] : []),
  ].join('\n');

  const layout: Layout = {
    columns,
    rows,
    scale,
    cellWidth,
    imageHeight: height * scale,
    cellHeight: height * scale + (lines ? lines * LINE + 4 : 0),
    gap,
  };
  const grid = compose(images, layout);
  return new Figure(text, () => {
    const png = encodePng(grid);
    if (!titleLines && !caption) return pngPicture(png, text, grid.width, grid.height);
    const svg = annotate(png, grid, layout, titleLines ?? [], caption);
    return drawnPicture(svg, text);
  });
}

/** In pixels of the page. */
interface Layout {
  columns: number;
  rows: number;
  scale: number;
  cellWidth: number;
  cellHeight: number;
  imageHeight: number;
  gap: number;
}

/** The images without their titles, transparent between them. */
function compose(images: readonly Image[], layout: Layout): Image & { data: Uint8Array } {
  const { columns, rows, scale, cellWidth, cellHeight, imageHeight, gap } = layout;
  const width = columns * (cellWidth + gap) - gap;
  const height = rows * (cellHeight + gap) - gap;
  const data = new Uint8Array(width * height * 4);
  images.forEach((image, index) => {
    const bytes = bytesOf(image);
    const left = (index % columns) * (cellWidth + gap) + ((cellWidth - image.width * scale) >> 1);
    const top = Math.floor(index / columns) * (cellHeight + gap) + ((imageHeight - image.height * scale) >> 1);
    for (let y = 0; y < image.height * scale; y++) {
      for (let x = 0; x < image.width * scale; x++) {
        const from = (Math.floor(y / scale) * image.width + Math.floor(x / scale)) * image.channels;
        const to = ((top + y) * width + left + x) * 4;
        for (let channel = 0; channel < 3; channel++) {
          data[to + channel] = bytes[from + (image.channels === 1 ? 0 : channel)];
        }
        data[to + 3] = image.channels === 4 ? bytes[from + 3] : 255;
      }
    }
  });
  return { data, width, height, channels: 4 };
}

function annotate(png: Uint8Array, grid: Image, layout: Layout, titles: string[][], caption?: string): string {
  const { columns, cellWidth, cellHeight, imageHeight, gap } = layout;
  const margin = 4;
  const head = caption ? 24 : 0;
  const width = Math.max(grid.width, caption ? textWidth(caption, 13) : 0) + 2 * margin;
  const texts = titles.flatMap((title, index) => {
    const x = margin + (index % columns) * (cellWidth + gap) + cellWidth / 2;
    const y = margin + head + Math.floor(index / columns) * (cellHeight + gap) + imageHeight + FONT_SIZE + 2;
    return title.map((line, row) => {
      const fitting = Math.max(1, Math.floor((cellWidth + gap - 2) / textWidth('x', FONT_SIZE)));
      const shown = line.length > fitting ? `${line.slice(0, fitting - 1)}…` : line;
      return `<text x="${x}" y="${y + row * LINE}" text-anchor="middle">${escapeMarkup(shown)}</text>`;
    });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${grid.height + head + 2 * margin}"`,
    ` font-family="${fontFamily}" font-size="${FONT_SIZE}" fill="${INK}">`,
    caption ? `<text x="${margin}" y="18" font-size="13" font-weight="bold">${escapeMarkup(caption)}</text>` : '',
    `<image x="${margin}" y="${margin + head}" width="${grid.width}" height="${grid.height}"`,
    ` image-rendering="optimizeSpeed" href="data:image/png;base64,${toBase64(png)}"/>`,
    ...texts,
    '</svg>',
  ].join('');
}
