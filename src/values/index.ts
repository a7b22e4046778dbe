/**
 * What a notebook and a terminal show of tensors, networks and layers, as the last value of a cell, by `display`, by
 * `console.log` and within other values. Importing this teaches it to TensorFlow.js's classes.
 */
import * as tf from '@tensorflow/tfjs';
import { escapeMarkup } from '../base/markup';
import { imageGrid, jupyterDisplay, type MimeBundle, recognize } from '../display';
import { profile } from '../profile';
import { imageOfFile, imageOfPixels } from './image';
import { imageSetBundle, isImageSet } from './imageSet';
import { tensorImages } from './tensorImage';
import { tensorText } from './tensorText';

/** What Node's `util.inspect`, and so `console.log`, asks. */
const inspected = Symbol.for('nodejs.util.inspect.custom');

teach(tf.Tensor.prototype, tensorText, async tensor => {
  const text = tensorText(tensor);
  const images = tensorImages(tensor);
  if (!images) return { 'text/plain': text };
  const { 'image/png': png } = await imageGrid(images).bundle;
  const image = `<img src="data:image/png;base64,${String(png)}" alt="${escapeMarkup(text.split('\n')[0])}">`;
  // The numbers of an image are a page long.
  const [head, ...numbers] = text.split('\n');
  const folded = `<details><summary>${escapeMarkup(head)}</summary><pre>${escapeMarkup(numbers.join('\n'))}</pre></details>`;
  return { 'text/plain': text, 'text/html': `${image}${folded}` };
});

teach(tf.LayersModel.prototype, modelText, model => {
  const table = profileOf(model);
  return table ? table[jupyterDisplay]() : { 'text/plain': modelText(model) };
});

recognize(value => (isImageSet(value) ? imageSetBundle(value) : undefined));
recognize(imageOfFile);
recognize(imageOfPixels);

teach(tf.layers.Layer.prototype, layerText, layer => ({ 'text/plain': layerText(layer) }));

/** Each with two methods that do not show up among its own. */
function teach<T extends object>(
  prototype: T,
  text: (value: T) => string,
  bundle: (value: T) => MimeBundle | Promise<MimeBundle>,
): void {
  const ask = (value: T): string => {
    try {
      return text(value);
    } catch (error) {
      return `${(value as { constructor: { name: string } }).constructor.name} (${(error as Error).message})`;
    }
  };
  Object.defineProperties(prototype, {
    [inspected]: {
      // Deeper than Node shows values, a line has to do.
      value(this: T, depth: number) {
        return depth < 0 ? ask(this).split('\n')[0] : ask(this);
      },
      configurable: true,
    },
    [jupyterDisplay]: {
      value(this: T) {
        return bundle(this);
      },
      configurable: true,
    },
  });
}

/** The table of a network; undefined for one that it cannot be made of, such as one that is not built yet. */
function profileOf(model: tf.LayersModel): ReturnType<typeof profile> | undefined {
  try {
    return profile(model);
  } catch {
    return undefined;
  }
}

function modelText(model: tf.LayersModel): string {
  const table = profileOf(model);
  if (table) return String(table);
  const built = model.built ? `${model.countParams().toLocaleString('en')} parameters` : 'not built yet';
  return `${model.getClassName()} ${model.name}: ${model.layers.length} ${model.layers.length === 1 ? 'layer' : 'layers'}, ${built}`;
}

function layerText(layer: tf.layers.Layer): string {
  const output = ((): string => {
    try {
      return `, output ${sizes(layer.outputShape)}`;
    } catch {
      return '';
    }
  })();
  const count = layer.built ? layer.countParams() : 0;
  return `${layer.getClassName()} ${layer.name}${output}${count ? `, ${count.toLocaleString('en')} parameters` : ''}`;
}

/** Without the batch. */
function sizes(shape: tf.Shape | tf.Shape[]): string {
  const isOne = !Array.isArray(shape[0]);
  const list = (isOne ? [shape] : shape) as tf.Shape[];
  return list.map(one => one.slice(1).join(' x ')).join(' and ');
}
