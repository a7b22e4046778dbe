/** The images of a set that excite a map most, and why: Zeiler & Fergus 2013, figure 2. */
import * as tf from '@tensorflow/tfjs';
import { anything, check, type Checks, listOf, refuse, text, wholeNumber } from '../../base/options';
import { runtime } from '../../base/runtime';
import { batches, type BatchOptions, images, type ImageSet, subset } from '../../data';
import type { Image } from '../../display';
import { deconvnet, DECONVNET_OPTIONS, type DeconvnetOptions } from '../gradients/deconvnet';
import { featureMaps, signedImages } from './featureMaps';
import { choose, outputOf, refuseSetFor } from '../network/graph';
import { type Box, receptiveField } from '../network/receptiveField';

export interface TopPatch {
  /** Place of the image in the set. */
  index: number;
  /** The map's largest activation in this image. */
  value: number;
  /** Where it is in the map. */
  position: [row: number, column: number];
  /** The pixels it can see. */
  box: Box;
  /** Those pixels. */
  patch: Image;
  /** What the deconvnet makes of the activation, the same pixels; zero is mid-grey. */
  reconstruction: Image;
}

export interface TopPatchesOptions extends Pick<BatchOptions, 'batchSize' | 'mean' | 'std'> {
  /** The name of a layer, or of a row: then its last layer. */
  layer: string;
  maps: readonly number[];
  /** Images for each map; 9 as in figure 2. */
  count?: number;
  deconvnet?: Omit<DeconvnetOptions, 'layer' | 'map' | 'position'>;
}

const { layer: _layer, map: _map, position: _position, ...WAY_BACK_OPTIONS } = DECONVNET_OPTIONS;

/** Mean and deviation are looked at by `batches`. */
const OPTIONS: Checks<TopPatchesOptions> = {
  layer: text,
  maps: (what, value) => listOf(what, value, 'an array of numbers of maps'),
  count: (what, value) => wholeNumber(what, value),
  deconvnet: (what, value: NonNullable<TopPatchesOptions['deconvnet']>) =>
    check(`the ${what}`, value, WAY_BACK_OPTIONS),
  batchSize: (what, value) => wholeNumber(what, value),
  mean: anything,
  std: anything,
};

/**
 * For each map the `count` images with its largest activations, the largest first (of equal ones the earlier image),
 * one place in each image.
 * @returns one list for each of `maps`
 * @throws if the model has no such layer, or the layer no such map
 */
export async function topPatches(
  model: tf.LayersModel,
  set: ImageSet,
  options: TopPatchesOptions,
): Promise<TopPatch[][]> {
  check('topPatches', options, OPTIONS);
  refuseSetFor('topPatches', model, set);
  const { layer, maps, count = 9 } = options;
  text('option layer of topPatches', layer);
  const channels = outputOf(model, layer).shape.at(-1)!;
  listOf('option maps of topPatches', maps, 'an array of numbers of maps', (what, map: number) =>
    wholeNumber(what, map, 0, channels - 1),
  );
  const found = await largest(model, set, { ...options, count });
  const results: TopPatch[][] = [];
  for (const [m, map] of maps.entries()) results.push(await patchesOf(model, set, map, found[m], options));
  return results;
}

/** Where in the set a map's activation is one of the largest. */
interface Hit {
  index: number;
  value: number;
  position: [row: number, column: number];
}

/** For each map the places of its largest activations, one in each image. */
async function largest(
  model: tf.LayersModel,
  set: ImageSet,
  { layer, maps, count, batchSize = 32, mean, std }: TopPatchesOptions,
): Promise<Hit[][]> {
  const found: Hit[][] = maps.map(() => []);
  let start = 0;
  for (const { x, y } of batches(set, { batchSize, mean, std })) {
    tf.tidy(() => {
      const activation = featureMaps(model, x, layer);
      maps.forEach((map, m) => {
        const { values, positions } = choose(activation, map);
        found[m].push(...values.map((value, i) => ({ index: start + i, value, position: positions[i] })));
        // Sorting keeps the order of equals, so that the earlier image wins.
        found[m] = found[m].sort((a, b) => b.value - a.value).slice(0, count);
      });
    });
    start += x.shape[0];
    tf.dispose([x, y]);
    await runtime.pause();
  }
  return found;
}

/** The pixels that the hits of one map see, and what the deconvnet makes of each. */
async function patchesOf(
  model: tf.LayersModel,
  set: ImageSet,
  map: number,
  hits: Hit[],
  { layer, deconvnet: deconvnetOptions, mean, std }: TopPatchesOptions,
): Promise<TopPatch[]> {
  const reconstructions: Image[] = [];
  const boxes = hits.map(({ position }) => receptiveField(model, layer, position));
  const indices = hits.map(({ index }) => index);
  const chosen = subset(set, indices);
  // One by one, as each has its own position.
  for (const { x, y } of batches(chosen, { batchSize: 1, mean, std })) {
    const { top, left, height, width } = boxes[reconstructions.length];
    const { position } = hits[reconstructions.length];
    const cropped = tf.tidy(() =>
      deconvnet(model, x, { ...deconvnetOptions, layer, map, position }).slice(
        [0, top, left, 0],
        [1, height, width, -1],
      ),
    );
    reconstructions.push(...signedImages(cropped));
    tf.dispose([x, y, cropped]);
    await runtime.pause();
  }
  const whole = images(chosen, [...boxes.keys()]);
  return hits.map((hit, i) => ({
    ...hit,
    box: boxes[i],
    patch: crop(whole[i], boxes[i]),
    reconstruction: reconstructions[i],
  }));
}

/**
 * Figure 2's grid for `imageGrid` with 2 columns (or any even number): for each map one image with its reconstructions,
 * `columns` in a row, and one with the patches they come from.
 */
export function topPatchImages(patches: readonly TopPatch[][], columns = 3): Image[] {
  const ofMap = (what: string, value: TopPatch[]): void =>
    listOf(what, value, 'an array of patches', (each, patch: TopPatch | null) => {
      if (!patch?.patch || !patch.reconstruction) refuse(each, patch, 'what topPatches gives');
    });
  listOf('first argument of topPatchImages', patches, 'what topPatches gives', ofMap);
  wholeNumber('number of columns of topPatchImages', columns);
  return patches.flatMap(ofMap => [
    mosaic(
      ofMap.map(({ reconstruction }) => reconstruction),
      columns,
    ),
    mosaic(
      ofMap.map(({ patch }) => patch),
      columns,
    ),
  ]);
}

function crop(image: Image, { top, left, height, width }: Box): Image {
  const { channels } = image;
  const data = new Uint8Array(height * width * channels);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * image.width + left) * channels;
    data.set(image.data.subarray(from, from + width * channels), row * width * channels);
  }
  return { data, width, height, channels };
}

/** Images of one number of channels in rows, each in the middle of its cell, one white pixel between. */
function mosaic(images: readonly Image[], columns: number): Image {
  const channels = images[0]?.channels ?? 1;
  const cellHeight = Math.max(1, ...images.map(image => image.height));
  const cellWidth = Math.max(1, ...images.map(image => image.width));
  const rows = Math.max(1, Math.ceil(images.length / columns));
  const [width, height] = [columns * (cellWidth + 1) - 1, rows * (cellHeight + 1) - 1];
  const data = new Float32Array(width * height * channels).fill(1);
  images.forEach((image, i) => {
    const most = image.data instanceof Float32Array ? 1 : 255;
    const top = Math.floor(i / columns) * (cellHeight + 1) + ((cellHeight - image.height) >> 1);
    const left = (i % columns) * (cellWidth + 1) + ((cellWidth - image.width) >> 1);
    for (let row = 0; row < image.height; row++) {
      for (let j = 0; j < image.width * channels; j++) {
        data[((top + row) * width + left) * channels + j] = image.data[row * image.width * channels + j] / most;
      }
    }
  });
  return { data, width, height, channels };
}
