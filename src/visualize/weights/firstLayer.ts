/**
 * What Zeiler & Fergus 2013 saw in AlexNet's first layer and cured (section 4.1, figures 5 and 6): filters of extremely
 * high and low frequency with little between, dead ones, and aliasing from the stride of 4. As numbers, to compare
 * 11 x 11 with stride 4 to 7 x 7 with stride 2. The paper judges by eye; these measures and their limits are ours.
 */
import * as tf from '@tensorflow/tfjs';
import {
  anything,
  among,
  between,
  check,
  type Checks,
  listOf,
  networkWithWeights,
  shown,
  text,
  wholeNumber,
} from '../../base/options';
import { batches, type BatchOptions, type ImageSet } from '../../data';
import { featureMaps } from '../activations/featureMaps';
import { rectifierOf, refuseSetFor } from '../network/graph';

export interface FilterMeasures {
  /**
   * Share of the filter's spectral energy at frequencies, along rows or columns, above 1 / (2 stride) cycles a pixel, which
   * its stride folds onto lower ones. A single pixel has, in white noise, 1 - 1 / stride^2: 0.94 at stride 4, 0.75 at stride 2.
   */
  aliasing: number;
  /** Shares of the spectral energy below 1/8 cycle a pixel, from there to 1/4, and above. */
  low: number;
  middle: number;
  high: number;
  /** Share of the squared weights that is not the same in all input channels: 0 is grey, 1 colour contrast without brightness. */
  colourfulness: number;
  /** Root mean square of the weights; the paper's section 3.1 keeps it at or below 0.1. */
  rms: number;
}

export interface FilterMeasuresOptions {
  /**
   * How much each frequency counts. 'natural', the default: 1 / frequency^2, as in photographs, without the mean.
   * 'white': all alike, which says what the filter lets through but calls nearly every filter aliased.
   */
  pictures?: 'white' | 'natural';
  /** The name of a convolution, or of the row that it is in; the first one if not given. */
  layer?: string;
}

const MEASURES_OPTIONS: Checks<FilterMeasuresOptions> = { pictures: among('white', 'natural'), layer: text };

/**
 * Measures of each filter of the first convolution, or of `layer`.
 * @throws if the model has no such convolution
 */
export function filterMeasures(model: tf.LayersModel, options: FilterMeasuresOptions = {}): FilterMeasures[] {
  check('filterMeasures', options, MEASURES_OPTIONS);
  const { pictures = 'natural', layer: name } = options;
  const { layer, stride } = firstConvolution(model, name);
  const kernel = layer.getWeights()[0] as tf.Tensor4D;
  const [height, width, inputs, filters] = kernel.shape;
  const weights = kernel.dataSync();
  return Array.from({ length: filters }, (_, filter) => {
    const channels = Array.from({ length: inputs }, (_, channel) =>
      Float64Array.from({ length: height * width }, (_, p) => weights[(p * inputs + channel) * filters + filter]),
    );
    return { ...spectrum(channels, height, width, stride, pictures), ...colours(channels) };
  });
}

function colours(channels: Float64Array[]): Pick<FilterMeasures, 'colourfulness' | 'rms'> {
  let [total, contrast] = [0, 0];
  for (let place = 0; place < channels[0].length; place++) {
    const mean = channels.reduce((sum, channel) => sum + channel[place], 0) / channels.length;
    for (const channel of channels) {
      total += channel[place] ** 2;
      contrast += (channel[place] - mean) ** 2;
    }
  }
  const count = channels.length * channels[0].length;
  return { colourfulness: total ? contrast / total : 0, rms: Math.sqrt(total / count) };
}

function spectrum(
  channels: Float64Array[],
  height: number,
  width: number,
  stride: number,
  pictures: 'white' | 'natural',
): Pick<FilterMeasures, 'aliasing' | 'low' | 'middle' | 'high'> {
  // Enough frequencies for the limits 1/8, 1/4 and 1 / (2 stride) to fall on some.
  const bins = 2 ** Math.ceil(Math.log2(Math.max(32, height, width)));
  const frequencies = Array.from({ length: bins }, (_, k) => (k <= bins / 2 ? k : bins - k) / bins);
  const limit = 1 / (2 * stride);
  // On the limit itself half folds, which makes the shares of a single pixel exact.
  const kept = frequencies.map(f => (Math.abs(f - limit) < 1e-9 && f < 0.5 ? 0.5 : f <= limit ? 1 : 0));
  const sums = { total: 0, kept: 0, low: 0, middle: 0, high: 0 };
  for (const channel of channels) {
    const power = powerSpectrum(channel, height, width, bins);
    for (let v = 0; v < bins; v++) {
      for (let u = 0; u < bins; u++) {
        const radius = Math.hypot(frequencies[v], frequencies[u]);
        const weight = pictures === 'white' ? 1 : radius === 0 ? 0 : 1 / radius ** 2;
        const energy = power[v * bins + u] * weight;
        sums.total += energy;
        sums.kept += energy * kept[v] * kept[u];
        sums[radius < 1 / 8 ? 'low' : radius < 1 / 4 ? 'middle' : 'high'] += energy;
      }
    }
  }
  const total = sums.total || Infinity;
  const aliasing = sums.total ? Math.max(0, 1 - sums.kept / total) : 0;
  return { aliasing, low: sums.low / total, middle: sums.middle / total, high: sums.high / total };
}

/** Squared magnitudes of the discrete Fourier transform of a map with zeros around it, [bins, bins]. */
function powerSpectrum(map: Float64Array, height: number, width: number, bins: number): Float64Array {
  const angles = Array.from({ length: bins }, (_, i) => (2 * Math.PI * i) / bins);
  const [cosines, sines] = [angles.map(Math.cos), angles.map(Math.sin)];
  const real = new Float64Array(height * bins);
  const imaginary = new Float64Array(height * bins);
  for (let y = 0; y < height; y++) {
    for (let u = 0; u < bins; u++) {
      for (let x = 0; x < width; x++) {
        const value = map[y * width + x];
        real[y * bins + u] += value * cosines[(u * x) % bins];
        imaginary[y * bins + u] -= value * sines[(u * x) % bins];
      }
    }
  }
  const power = new Float64Array(bins * bins);
  for (let v = 0; v < bins; v++) {
    for (let u = 0; u < bins; u++) {
      let [re, im] = [0, 0];
      for (let y = 0; y < height; y++) {
        const [a, b, c, s] = [
          real[y * bins + u],
          imaginary[y * bins + u],
          cosines[(v * y) % bins],
          sines[(v * y) % bins],
        ];
        re += a * c + b * s;
        im += b * c - a * s;
      }
      power[v * bins + u] = re * re + im * im;
    }
  }
  return power;
}

export interface FilterActivity {
  /** The largest activation on the set. */
  maximum: number;
  /** Share of the images with a positive activation somewhere; 0 is a dead filter. */
  images: number;
  /** Share of all places of all images with a positive activation. */
  places: number;
  dead: boolean;
}

export interface FilterActivityOptions extends Pick<BatchOptions, 'batchSize' | 'mean' | 'std'> {
  /** Not given: the ReLU after the first convolution, or this one itself where another layer follows. */
  layer?: string;
}

/** Mean and deviation are looked at by `batches`. */
const ACTIVITY_OPTIONS: Checks<FilterActivityOptions> = {
  layer: text,
  batchSize: (what, value) => wholeNumber(what, value),
  mean: anything,
  std: anything,
};

/**
 * How often each map of a layer is active, which is positive, on a set.
 * @throws if the model has no such layer, or the layer no maps
 */
export async function filterActivity(
  model: tf.LayersModel,
  set: ImageSet,
  options: FilterActivityOptions = {},
): Promise<FilterActivity[]> {
  check('filterActivity', options, ACTIVITY_OPTIONS);
  refuseSetFor('filterActivity', model, set);
  const { layer = firstActivation(model), batchSize = 32, mean, std } = options;
  let found: FilterActivity[] = [];
  for (const { x, y } of batches(set, { batchSize, mean, std })) {
    const measures = tf.tidy(() => {
      const maps = featureMaps(model, x, layer);
      if (maps.rank !== 4) throw new Error(`${layer} has units and no maps; expected a layer before flatten().`);
      const positive = maps.greater(0).toFloat();
      const anywhere = positive.max([1, 2]).sum(0);
      return tf.stack(
        [maps.max([0, 1, 2]), anywhere, positive.sum([0, 1, 2]).div(maps.shape[1]! * maps.shape[2]!)],
        1,
      ) as tf.Tensor2D;
    });
    const rows = await measures.array();
    tf.dispose([x, y, measures]);
    found = rows.map(([maximum, images, places], i) => ({
      maximum: Math.max(maximum, found[i]?.maximum ?? -Infinity),
      images: images / set.length + (found[i]?.images ?? 0),
      places: places / set.length + (found[i]?.places ?? 0),
      dead: false,
    }));
  }
  return found.map(activity => ({ ...activity, dead: activity.images === 0 }));
}

export interface FirstLayerSummary {
  network: string;
  /** As papers write it: `96 of 11 x 11 / 4`. */
  filters: string;
  /** Shares of the filters: never active on the set; with most energy folded by the stride; without colour. */
  dead: number;
  aliased: number;
  colourless: number;
  /** Means over the filters that are not dead (over all, where all are). */
  aliasing: number;
  low: number;
  middle: number;
  high: number;
}

export interface FirstLayerOptions extends Omit<FilterMeasuresOptions, 'layer'>, Omit<FilterActivityOptions, 'layer'> {
  /** A filter with more aliasing than this counts as aliased; 0.5. */
  aliasedAbove?: number;
  /** A filter with less colourfulness than this counts as colourless; 0.1. Random weights in 3 channels have 2/3. */
  colourlessBelow?: number;
}

const { layer: _, ...SHARED_OPTIONS } = { ...MEASURES_OPTIONS, ...ACTIVITY_OPTIONS };
const FIRST_LAYER_OPTIONS: Checks<FirstLayerOptions> = {
  ...SHARED_OPTIONS,
  aliasedAbove: (what, value) => between(what, value, 0, 1, { closed: true }),
  colourlessBelow: (what, value) => between(what, value, 0, 1, { closed: true }),
};

/** The first layers of some networks, one row for each, for `table` of display. */
export async function compareFirstLayers(
  models: readonly tf.LayersModel[],
  set: ImageSet,
  options: FirstLayerOptions = {},
): Promise<FirstLayerSummary[]> {
  check('compareFirstLayers', options, FIRST_LAYER_OPTIONS);
  listOf('first argument of compareFirstLayers', models, 'an array of networks', networkWithWeights);
  for (const model of models) refuseSetFor('compareFirstLayers', model, set);
  const { aliasedAbove = 0.5, colourlessBelow = 0.1, pictures, ...activityOptions } = options;
  const rows: FirstLayerSummary[] = [];
  for (const model of models) {
    const { layer, stride } = firstConvolution(model);
    const [height, width, , filters] = layer.getWeights()[0].shape;
    const measures = filterMeasures(model, { pictures });
    const activity = await filterActivity(model, set, activityOptions);
    const share = (test: (filter: number) => boolean): number =>
      measures.filter((_, filter) => test(filter)).length / measures.length;
    const alive = measures.filter((_, filter) => !activity[filter].dead);
    const counted = alive.length ? alive : measures;
    const mean = (key: keyof FilterMeasures): number =>
      counted.reduce((sum, filter) => sum + filter[key], 0) / counted.length;
    rows.push({
      network: model.name,
      filters: `${filters} of ${height} x ${width} / ${stride}`,
      dead: share(filter => activity[filter].dead),
      aliased: share(filter => measures[filter].aliasing > aliasedAbove),
      colourless: share(filter => measures[filter].colourfulness < colourlessBelow),
      aliasing: mean('aliasing'),
      low: mean('low'),
      middle: mean('middle'),
      high: mean('high'),
    });
  }
  return rows;
}

function firstConvolution(model: tf.LayersModel, name = ''): { layer: tf.layers.Layer; stride: number } {
  networkWithWeights('model', model);
  const isMeant = (layer: tf.layers.Layer): boolean => !name || `${layer.name}/`.startsWith(`${name}/`);
  const layer = model.layers.find(layer => layer.weights[0]?.shape.length === 4 && isMeant(layer));
  if (!layer) {
    const names = model.layers.filter(({ weights }) => weights[0]?.shape.length === 4).map(layer => layer.name);
    throw new Error(
      `${model.name} has no convolution${name && ` ${shown(name)}`}; expected ${names.length ? `one of ${names.join(', ')}` : 'a network with convolutions'}.`,
    );
  }
  const { stride, strides } = layer.getConfig() as { stride?: number; strides?: number[] };
  return { layer, stride: stride ?? strides?.[0] ?? 1 };
}

function firstActivation(model: tf.LayersModel): string {
  const { layer } = firstConvolution(model);
  const output = layer.getOutputAt(0);
  const next = model.layers.find(({ inboundNodes }) =>
    inboundNodes.some(node => node.inputTensors.includes(output as never)),
  );
  return next && rectifierOf(next) ? next.name : layer.name;
}
