/**
 * Ten classes of 32 x 32 colour images that need no download, in the layout and split of CIFAR-10.
 *
 * An image shows one large object, and its class is the object's shape, colour and texture together: any two of the
 * three leave classes apart that look alike. Everything else is chance: position, size, rotation (whole quarter turns and
 * up to 20 degrees), the pattern's tilt, width and contrast, the hue, the background (soft clouds under stripes or checks
 * of its own), up to two small distractors of any shape, colour and texture, brightness, noise.
 *
 * Equal bytes on every machine: all randomness is `seeded`, and all arithmetic is + - * / sqrt floor, which IEEE 754
 * rounds exactly. Math.sin, exp, pow and their like differ between engines, so none is used.
 */
import { check, wholeNumber } from '../base/options';
import { refuseSplit } from './cifar10';
import { type ImageSet, withText } from './imageSet';
import { below, type Random, seeded, shuffle } from '../base/random';

export interface OfflineKind {
  shape: 'disc' | 'cross' | 'triangle';
  colour: 'red' | 'blue';
  texture: 'striped' | 'checked';
}

/** What each class is made of: all combinations but two. */
export const OFFLINE_KINDS: readonly OfflineKind[] = [
  { colour: 'red', texture: 'striped', shape: 'disc' },
  { colour: 'red', texture: 'checked', shape: 'disc' },
  { colour: 'blue', texture: 'striped', shape: 'disc' },
  { colour: 'blue', texture: 'checked', shape: 'disc' },
  { colour: 'red', texture: 'striped', shape: 'cross' },
  { colour: 'red', texture: 'checked', shape: 'cross' },
  { colour: 'blue', texture: 'checked', shape: 'cross' },
  { colour: 'red', texture: 'striped', shape: 'triangle' },
  { colour: 'blue', texture: 'striped', shape: 'triangle' },
  { colour: 'blue', texture: 'checked', shape: 'triangle' },
];

/** 'red striped disc' and so on. */
export const OFFLINE_CLASSES: readonly string[] = OFFLINE_KINDS.map(
  ({ colour, texture, shape }) => `${colour} ${texture} ${shape}`,
);

const SIDE = 32;
const SHAPES = ['disc', 'cross', 'triangle'] as const;
const TEXTURES = ['striped', 'checked'] as const;
/** Streams of random numbers: an image takes one of its own, and so does the order of each block of ten labels. */
const FIRST_STREAM = { train: 0, test: 2 ** 30 };
const LABEL_STREAMS = 2 ** 31;
const OFFICIAL_LENGTH = { train: 50_000, test: 10_000 };

/**
 * The first `count` training or test images. Image i depends on the split, the seed and i alone, and each ten images in
 * a row hold every class once.
 *
 * @param options.count - 50,000 for train and 10,000 for test if not given
 * @param options.seed - another seed gives other images of the same kind
 * @throws if the split is unknown or the count is not a whole number from 1 to 1,000,000
 */
export function offlineImages(options: { split: 'train' | 'test'; count?: number; seed?: number }): ImageSet {
  refuseSplit('split of offlineImages', options?.split);
  check('offlineImages', options, {
    split: refuseSplit,
    count: (what, value: number) => wholeNumber(what, value, 1, 1e6),
    seed: (what, value: number) => wholeNumber(what, value, -Infinity),
  });
  const { split, count = OFFICIAL_LENGTH[split], seed = 0 } = options;
  const size = SIDE * SIDE * 3;
  const images = new Uint8Array(count * size);
  const labels = new Uint8Array(count);
  const canvas = new Float64Array(size);
  let block: number[] = [];
  for (let i = 0; i < count; i++) {
    const stream = FIRST_STREAM[split] + i;
    if (i % 10 === 0) block = shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], seeded(seed, LABEL_STREAMS + stream));
    labels[i] = block[i % 10];
    draw(canvas, OFFLINE_KINDS[labels[i]], seeded(seed, stream), images.subarray(i * size, (i + 1) * size));
  }
  const name = `offline images ${split}` + (count === OFFICIAL_LENGTH[split] ? '' : ` (${count})`);
  return withText({ name, images, labels, shape: [SIDE, SIDE, 3], classes: [...OFFLINE_CLASSES], length: count });
}

type Colour = readonly [red: number, green: number, blue: number];
type Vector = readonly [x: number, y: number];

function draw(canvas: Float64Array, kind: OfflineKind, random: Random, result: Uint8Array): void {
  drawBackground(canvas, random);
  const middle: Vector = [between(random, 12, 20), between(random, 12, 20)];
  for (let left = below(random, 3); left > 0; left--) {
    const distractor: OfflineKind = {
      shape: SHAPES[below(random, 3)],
      colour: below(random, 2) ? 'red' : 'blue',
      texture: TEXTURES[below(random, 2)],
    };
    drawObject(canvas, distractor, [between(random, 0, 32), between(random, 0, 32)], between(random, 2, 4), random);
  }
  drawObject(canvas, kind, middle, between(random, 9, 11), random);

  const gain = between(random, 0.65, 1.25);
  const noise = between(random, 4, 12);
  for (let p = 0; p < canvas.length; p++) {
    // Two draws from one number, its upper and lower 16 bits: their sum has the density of a triangle.
    const draws = random() * 65536;
    const upper = Math.floor(draws);
    const value = canvas[p] * gain + noise * (upper / 65536 + (draws - upper) - 1);
    result[p] = Math.min(255, Math.max(0, Math.floor(value + 0.5)));
  }
}

/** Two colours of any hue, mixed by clouds (random values on a grid of 8 pixels, in between linear) and by a pattern. */
function drawBackground(canvas: Float64Array, random: Random): void {
  const one = hueColour(between(random, 0, 6), between(random, 0, 0.4), between(random, 50, 210));
  const other = hueColour(between(random, 0, 6), between(random, 0, 0.4), between(random, 50, 210));
  const clouds = Array.from({ length: 25 }, () => random());
  const pattern = patternOf(TEXTURES[below(random, 2)], [0, 0], random);
  const weight = between(random, 0, 0.15);
  for (let y = 0, p = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, p += 3) {
      const at = (y >> 3) * 5 + (x >> 3);
      const right = (x & 7) / 8;
      const down = (y & 7) / 8;
      const top = clouds[at] + (clouds[at + 1] - clouds[at]) * right;
      const bottom = clouds[at + 5] + (clouds[at + 6] - clouds[at + 5]) * right;
      const mix = top + (bottom - top) * down + weight * pattern(x, y);
      for (let c = 0; c < 3; c++) canvas[p + c] = one[c] + (other[c] - one[c]) * mix;
    }
  }
}

/** `radius` is that of the disc of equal area, so that no shape is told by its size. */
function drawObject(canvas: Float64Array, kind: OfflineKind, middle: Vector, radius: number, random: Random): void {
  const [cos, sin] = tilt(random);
  // Hues are sixths of a turn: red is 0, blue is 4.
  const hue = (kind.colour === 'red' ? 6 : 3.75) + between(random, -0.45, 0.45);
  const saturation = between(random, 0.55, 1);
  const value = between(random, 150, 250);
  const light = hueColour(hue, saturation, value);
  const dark = hueColour(hue, saturation, value * between(random, 0.4, 0.6));
  const pattern = patternOf(kind.texture, middle, random);
  const reach = radius * 1.6 + 1;
  const [left, top] = middle.map(at => Math.max(0, Math.floor(at - reach)));
  const [right, bottom] = middle.map(at => Math.min(SIDE, Math.floor(at + reach) + 1));
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const [dx, dy] = [x - middle[0], y - middle[1]];
      const cover = clamp(0.5 - distance(kind.shape, cos * dx + sin * dy, cos * dy - sin * dx, radius), 0, 1);
      if (!cover) continue;
      const mix = 0.5 + 0.5 * pattern(x, y);
      const p = (y * SIDE + x) * 3;
      for (let c = 0; c < 3; c++) {
        canvas[p + c] += cover * (dark[c] + (light[c] - dark[c]) * mix - canvas[p + c]);
      }
    }
  }
}

const ROOT_3 = Math.sqrt(3);
/** Half the length and half the width of the cross's arms, and the inner radius of the triangle, where the area is pi. */
const ARM_LENGTH = 1.1;
const ARM_WIDTH = 0.448385;
const INNER_TRIANGLE = 0.777561;

/** How far outside of the outline a point is, in pixels; inside it is negative. */
function distance(shape: OfflineKind['shape'], x: number, y: number, radius: number): number {
  if (shape === 'disc') return Math.sqrt(x * x + y * y) - radius;
  if (shape === 'cross') {
    const [near, far] = [Math.min(Math.abs(x), Math.abs(y)), Math.max(Math.abs(x), Math.abs(y))];
    return Math.max(far - ARM_LENGTH * radius, near - ARM_WIDTH * radius);
  }
  return Math.max(y, (ROOT_3 * Math.abs(x) - y) / 2) - INNER_TRIANGLE * radius;
}

/** A pattern of -1 (dark) to 1 (light), half of each, tilted at random: stripes, or stripes times stripes across. */
function patternOf(
  texture: OfflineKind['texture'],
  [left, top]: Vector,
  random: Random,
): (x: number, y: number) => number {
  const [cos, sin] = tilt(random);
  const period = between(random, 4, 5.5);
  const [shift, shiftAcross] = [random(), random()];
  const wave = (turns: number): number => {
    const phase = turns - Math.floor(turns);
    return clamp((phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase) * 2, -1, 1);
  };
  return (x, y) => {
    const along = wave((cos * (x - left) + sin * (y - top)) / period + shift);
    if (texture === 'striped') return along;
    return along * wave((cos * (y - top) - sin * (x - left)) / period + shiftAcross);
  };
}

/** @param hue - in sixths of a turn; whole turns more or less are the same */
function hueColour(hue: number, saturation: number, value: number): Colour {
  const channel = (peak: number): number => {
    const turns = (hue - peak) / 6;
    const away = 6 * Math.abs(turns - Math.floor(turns + 0.5));
    return value * (1 - saturation * clamp(away - 1, 0, 1));
  };
  return [channel(0), channel(2), channel(4)];
}

/** A unit vector at most 20 degrees off one of the four directions of the axes. */
function tilt(random: Random): Vector {
  const slope = between(random, -0.36, 0.36);
  const length = Math.sqrt(1 + slope * slope);
  const [x, y] = [1 / length, slope / length];
  return ([[x, y], [-y, x], [-x, -y], [y, -x]] as const)[below(random, 4)];
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
