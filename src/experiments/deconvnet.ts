/** What excites a map, and why: ZFNet's figure 2, and three ways back to the pixels beside each other. */
import * as tf from '@tensorflow/tfjs';
import { batches, images as imagesOf, type ImageSet, subset } from '../data';
import { imageGrid } from '../display';
import { evaluate } from '../training';
import {
  deconvnet as reconstruct,
  filterActivity,
  saliencyByRule,
  signedImages,
  topPatches,
  topPatchImages,
} from '../visualize';
import { percent } from './compareVariants';
import { at, type Experiment } from './experiment';
import { pack, type PackedImage, unpack } from './pictures';
import { LAYERS, pictureNetwork, trainPictureNetwork } from './pictureNetwork';

const MAPS = 6;

export interface DeconvnetResult {
  accuracy: number;
  grids: {
    layer: string;
    /** For each map its nine reconstructions, and the nine patches they come from. */
    maps: { map: number; reconstructions: PackedImage; patches: PackedImage; classes: number }[];
  }[];
  /** One row for each image: itself, then each way back from the strongest activation of a map of the last layer. */
  ways: { title: string; picture: PackedImage; deconvnet: PackedImage; gradient: PackedImage; guided: PackedImage }[];
  /** Largest difference of the deconvnet and backpropagation by its rule, as a share of the largest value. */
  identity: number;
}

export const deconvnet: Experiment<DeconvnetResult> = {
  title: 'The deconvnet: what excites a map',
  claim:
    'Projections of the strongest activations show that maps answer to one kind of pattern, more invariant and more specific to a class from layer to layer.',
  source: 'Zeiler & Fergus, 2013 (arXiv 1311.2901), sections 2.1 and 4, figure 2',
  minutes: { quick: 0.3, lecture: 1, long: 4 },

  async run({ seed, scale, images, log }) {
    const train = images({ split: 'train', count: at(scale, 100, 1500, 3000) });
    const test = images({ split: 'test', count: at(scale, 50, 300, 500) });
    const model = pictureNetwork(train, seed);
    try {
      const trainError = await trainPictureNetwork(model, train, at(scale, 1, 8, 15), seed);
      const { accuracy } = await evaluate(model, test);
      log(`training error ${percent(trainError)}, test error ${percent(1 - accuracy)}`);
      const grids: DeconvnetResult['grids'] = [];
      for (const layer of LAYERS) {
        const maps = await strongestMaps(model, test, layer);
        const patches = await topPatches(model, test, { layer, maps });
        const drawn = topPatchImages(patches).map(pack);
        grids.push({
          layer,
          maps: maps.map((map, i) => ({
            map,
            reconstructions: drawn[2 * i],
            patches: drawn[2 * i + 1],
            classes: new Set(patches[i].map(({ index }) => test.labels[index])).size,
          })),
        });
        log(`${layer}: nine strongest patches of ${maps.length} maps`);
      }
      const [map] = await strongestMaps(model, test, 'layer3');
      const { ways, identity } = waysBack(model, subset(test, Math.min(6, test.length)), map);
      return { accuracy, grids, ways, identity };
    } finally {
      model.dispose();
    }
  },

  figure({ grids, ways }) {
    const figure2 = grids.map(({ layer, maps }) =>
      imageGrid(
        maps.flatMap(({ reconstructions, patches }) => [unpack(reconstructions), unpack(patches)]),
        {
          columns: 6,
          scale: layer === 'layer1' ? 5 : layer === 'layer2' ? 3 : 1,
          titles: maps.flatMap(({ map, classes }) => [`map ${map}`, `${classes} class${classes > 1 ? 'es' : ''}`]),
          caption: `${layer}: the nine strongest activations of a map, projected to the pixels, and the patches`,
        },
      ),
    );
    const rows = ways.flatMap(({ picture, deconvnet, gradient, guided }) => [picture, deconvnet, gradient, guided]);
    const side = imageGrid(rows.map(unpack), {
      columns: 8,
      scale: 3,
      titles: ways.flatMap(({ title }) => [title, 'deconvnet', 'gradient', 'guided']),
      caption: 'One activation of layer 3 sent back in three ways',
    });
    return [...figure2, side];
  },

  numbers({ grids }) {
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    return [
      grids.map(({ layer, maps }) => ({
        layer,
        "classes of a map's nine strongest patches": mean(maps.map(({ classes }) => classes)).toFixed(1),
      })),
    ];
  },

  conclusion({ accuracy, identity }) {
    return (
      `Test error ${percent(1 - accuracy)}. The fewer classes the strongest patches of a map are of, the more specific it is. ` +
      `The deconvnet and backpropagation with its rule for the ReLU differ by at most ${identity.toExponential(0)} of the largest value.`
    );
  },
};

/** Those that are active on the most images, and not the same everywhere: dead ones show nothing. */
async function strongestMaps(model: tf.LayersModel, set: ImageSet, layer: string): Promise<number[]> {
  const activity = await filterActivity(model, set, { layer });
  return activity
    .map(({ maximum, places }, map) => ({ map, value: places > 0 ? maximum * (1 - places) : 0 }))
    .sort((a, b) => b.value - a.value)
    .slice(0, MAPS)
    .map(({ map }) => map)
    .sort((a, b) => a - b);
}

function waysBack(model: tf.LayersModel, set: ImageSet, map: number): Pick<DeconvnetResult, 'ways' | 'identity'> {
  const { x, y } = batches(set, { batchSize: set.length }).next().value!;
  const options = { layer: 'layer3', map };
  const projected = reconstruct(model, x, options);
  const rules = saliencyByRule(model, x, options);
  const [deconvnets, gradients, guideds] = [projected, rules.gradient, rules.guided].map(signedImages);
  const pictures = imagesOf(
    set,
    Array.from({ length: set.length }, (_, i) => i),
  );
  const ways = pictures.map((picture, i) => ({
    title: set.classes[set.labels[i]],
    picture: pack(picture),
    deconvnet: pack(deconvnets[i]),
    gradient: pack(gradients[i]),
    guided: pack(guideds[i]),
  }));
  // The deconvnet sends the activation back, a gradient the number 1: both are scaled to their largest value.
  const identity = tf.tidy(() => {
    const scaled = (images: tf.Tensor): tf.Tensor => images.div(images.abs().max([1, 2, 3], true).maximum(1e-12));
    return scaled(projected).sub(scaled(rules.deconvnet)).abs().max().dataSync()[0];
  });
  tf.dispose([x, y, projected, Object.values(rules)]);
  return { ways, identity };
}
