/** Whether the network looks at the object: a grey square covers each part of the image in turn. */
import * as tf from '@tensorflow/tfjs';
import { batches, images as imagesOf, subset } from '../data';
import { type Image, imageGrid } from '../display';
import { predict } from '../training';
import { occlusionMap } from '../visualize';
import { percent } from './compareVariants';
import { at, type Experiment, median } from './experiment';
import { pack, type PackedImage, unpack } from './pictures';
import { pictureNetwork, trainPictureNetwork } from './pictureNetwork';

export interface OcclusionResult {
  pictures: {
    label: string;
    probability: number;
    lowest: number;
    /** How far the middle of the most harmful square is from the middle of the image, as a share of half its side. */
    distance: number;
    picture: PackedImage;
    /** With the most harmful square. */
    covered: PackedImage;
    probabilities: number[][];
  }[];
}

export const occlusion: Experiment<OcclusionResult> = {
  title: 'Occlusion maps',
  claim: 'The probability of the right class drops most when the object itself is covered, not its surroundings.',
  source: 'Zeiler & Fergus, 2013 (arXiv 1311.2901), section 4.2 and figure 7',
  minutes: { quick: 0.2, lecture: 1, long: 3 },

  async run({ seed, scale, images, log }) {
    const train = images({ split: 'train', count: at(scale, 100, 1500, 3000) });
    const test = images({ split: 'test', count: at(scale, 50, 200, 500) });
    const [height, width, channels] = train.shape;
    const model = pictureNetwork(train, seed);
    try {
      log(`training error ${percent(await trainPictureNetwork(model, train, at(scale, 1, 8, 15), seed))}`);
      const probabilities = await predict(model, test);
      const rows = (await probabilities.array()) as number[][];
      probabilities.dispose();
      // The surest right answers, as the paper shows them.
      const chosen = rows
        .map((row, index) => ({ index, sure: row[test.labels[index]] }))
        .sort((a, b) => b.sure - a.sure)
        .slice(0, at(scale, 2, 6, 8))
        .map(({ index }) => index);
      const set = subset(test, chosen);
      const pictures: OcclusionResult['pictures'] = [];
      for (const { x, y } of batches(set, { batchSize: 1 })) {
        const i = pictures.length;
        const [size, stride] = [8, 2];
        const map = await occlusionMap(model, x, { classIndex: set.labels[i], size, stride });
        tf.dispose([x, y]);
        const flat = map.probabilities.flat();
        const lowest = Math.min(...flat);
        const place = flat.indexOf(lowest);
        const across = map.probabilities[0].length;
        const [top, left] = [Math.floor(place / across) * stride, (place % across) * stride];
        const [picture] = imagesOf(set, [i]);
        const covered = Uint8Array.from(picture.data);
        for (let row = top; row < top + size; row++) {
          covered.fill(128, (row * width + left) * channels, (row * width + left + size) * channels);
        }
        const fromMiddle = Math.hypot(top + size / 2 - height / 2, left + size / 2 - width / 2);
        pictures.push({
          label: set.classes[set.labels[i]],
          probability: map.probability,
          lowest,
          distance: fromMiddle / (width / 2),
          picture: pack(picture),
          covered: pack({ ...picture, data: covered }),
          probabilities: map.probabilities,
        });
      }
      return { pictures };
    } finally {
      model.dispose();
    }
  },

  figure({ pictures }) {
    return imageGrid(
      pictures.flatMap(({ picture, covered, probabilities }) => [
        unpack(picture),
        mapImage(probabilities, unpack(picture)),
        unpack(covered),
      ]),
      {
        columns: 6,
        scale: 4,
        titles: pictures.flatMap(({ label, probability, lowest }) => [
          label,
          `p = ${probability.toFixed(2)}`,
          `p = ${lowest.toFixed(2)}`,
        ]),
        caption:
          'Picture; probability of its class by the place of a grey square (dark: it drops); the most harmful square',
      },
    );
  },

  conclusion({ pictures }) {
    const drops = pictures.map(({ probability, lowest }) => probability - lowest);
    const central = pictures.filter(({ distance }) => distance < 0.5).length;
    return (
      `The most harmful square takes ${median(drops).toFixed(2)} off the probability (median of ${pictures.length} pictures); its middle lies ` +
      `within half of the way from the picture's middle to its edge, where most objects are, in ${central} of ${pictures.length} ` +
      `(by chance ${Math.round((100 * (Math.PI * 8 ** 2)) / 24 ** 2)}% of the places do).`
    );
  },
};

/** The map of figure 7 (d) at the size of the image: each pixel the mean over the squares that cover it. */
function mapImage(probabilities: number[][], { width, height }: Image): Image {
  const [size, stride] = [8, 2];
  const sums = new Float32Array(width * height);
  const counts = new Float32Array(width * height);
  probabilities.forEach((row, r) =>
    row.forEach((probability, c) => {
      for (let y = r * stride; y < r * stride + size; y++) {
        for (let x = c * stride; x < c * stride + size; x++) {
          sums[y * width + x] += probability;
          counts[y * width + x]++;
        }
      }
    }),
  );
  return { data: sums.map((sum, i) => sum / Math.max(1, counts[i])), width, height, channels: 1 };
}
