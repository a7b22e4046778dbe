/** Which pixels one activation can see. */
import * as tf from '@tensorflow/tfjs';
import { networkWithWeights, refuse, text } from '../../base/options';
import { describe } from '../../layers';
import { outputOf, pathTo, type Place, refusePosition } from './graph';

/** Pixels of an image. */
export interface Box {
  top: number;
  left: number;
  height: number;
  width: number;
}

/** First and last place, both included. */
type Range = [first: number, last: number];

/**
 * The smallest box with all pixels that the activation at [row, column] of a layer depends on, cut at the image's edges.
 * A dilated window counts with its gaps. Through a layer that changes the size and does not tell how, it is the whole image.
 * @throws if the model has no such layer, or the layer no such place
 */
export function receptiveField(
  model: tf.LayersModel,
  layer: string,
  position: readonly [row: number, column: number],
): Box {
  networkWithWeights('model of receptiveField', model);
  text('layer of receptiveField', layer);
  const target = outputOf(model, layer);
  const [, height, width] = target.shape.length === 4 ? (target.shape as number[]) : [0, 1, 1];
  if ((position as unknown) === 'max') refuse('position of receptiveField', position, '[row, column]');
  refusePosition(position, height, width);
  const [row, column] = position;
  const boxes = new Map<Place, [Range, Range]>([[target, [[row, row], [column, column]]]]); // prettier-ignore
  for (const place of pathTo(target).reverse()) {
    const box = boxes.get(place)!;
    if (!place.inputs.length) {
      const [[top, bottom], [left, right]] = box;
      return { top, left, height: bottom - top + 1, width: right - left + 1 };
    }
    for (const input of place.inputs) {
      const seen = ([0, 1] as const).map(axis => seenBy(place, input, box[axis], axis));
      const other = boxes.get(input);
      boxes.set(input, seen.map((range, axis) => (other ? union(range, other[axis]) : range)) as [Range, Range]);
    }
  }
  throw new Error(`${target.name} does not depend on the image.`);
}

/** What a layer reads of one input, along rows (axis 0) or columns (axis 1), for a range of its output. */
function seenBy(place: Place, input: Place, [first, last]: Range, axis: 0 | 1): Range {
  const length = input.shape.length === 4 ? input.shape[1 + axis]! : 1;
  const outputs = place.shape.length === 4 ? place.shape[1 + axis]! : 1;
  const cut = (from: number, to: number): Range => [Math.max(0, from), Math.min(length - 1, to)];
  const window = describe(place.sourceLayer).window?.(input.shape.slice(1) as number[]);
  if (window && input.shape.length === 4) return cut(window.reads(axis, first)[0], window.reads(axis, last)[1]);
  // Flattened, what is next to each other is no longer known to be.
  return length === outputs && input.shape.length === place.shape.length ? cut(first, last) : [0, length - 1];
}

function union([a, b]: Range, [c, d]: Range): Range {
  return [Math.min(a, c), Math.max(b, d)];
}
