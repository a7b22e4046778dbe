/** How maps come to be: what excites them most, epoch by epoch (ZFNet's figure 4). */
import { subset } from '../data';
import { imageGrid } from '../display';
import { takeSnapshot, type Snapshot } from '../training';
import { topPatches } from '../visualize';
import { at, type Experiment } from './experiment';
import { pack, type PackedImage, unpack } from './pictures';
import { LAYERS, pictureNetwork, trainPictureNetwork } from './pictureNetwork';

const MAPS = 4;

export interface FeatureEvolution {
  epochs: number[];
  layers: {
    layer: string;
    /** Row by row the maps; column by column the epochs. */
    maps: { map: number; reconstructions: PackedImage[]; strongest: number[] }[];
    /** Share of the maps whose strongest image is another than at the epoch before; none for the first. */
    jumps: number[];
  }[];
  trainErrors: number[];
}

export const featureEvolution: Experiment<FeatureEvolution> = {
  title: 'Feature evolution',
  claim: 'The maps of lower layers converge within a few epochs, those of upper layers only after many.',
  source: 'Zeiler & Fergus, 2013 (arXiv 1311.2901), section 4 and figure 4',
  minutes: { quick: 0.3, lecture: 1, long: 4 },

  async run({ seed, scale, images, log }) {
    const train = images({ split: 'train', count: at(scale, 100, 1500, 3000) });
    const looked = subset(train, Math.min(train.length, at(scale, 50, 200, 400)));
    const wanted = at(scale, [1, 2], [1, 2, 3, 5, 8], [1, 2, 3, 5, 8, 12, 16]);
    const model = pictureNetwork(train, seed);
    const snapshots: Snapshot[] = [];
    const trainErrors: number[] = [];
    try {
      const steps = Math.ceil(train.length / 64);
      await trainPictureNetwork(model, train, wanted.at(-1)!, seed, {
        onStep: history => {
          if (!wanted.some(epoch => epoch * steps === history.steps)) return;
          snapshots.push(takeSnapshot(model));
          trainErrors.push(history.trainError);
        },
      });
      log(`trained for ${wanted.at(-1)} epochs`);
      const layers: FeatureEvolution['layers'] = LAYERS.map(layer => ({
        layer,
        maps: Array.from({ length: MAPS }, (_, map) => ({ map, reconstructions: [], strongest: [] })),
        jumps: [],
      }));
      for (const [time, { weights }] of snapshots.entries()) {
        model.setWeights(weights);
        for (const { layer, maps, jumps } of layers) {
          const found = await topPatches(model, looked, { layer, maps: maps.map(({ map }) => map), count: 1 });
          found.forEach(([{ index, reconstruction }], i) => {
            maps[i].reconstructions.push(pack(reconstruction));
            maps[i].strongest.push(index);
          });
          if (time > 0)
            jumps.push(maps.filter(({ strongest }) => strongest[time] !== strongest[time - 1]).length / MAPS);
        }
        log(`epoch ${wanted[time]}: looked at`);
      }
      return { epochs: wanted, layers, trainErrors };
    } finally {
      snapshots.forEach(snapshot => snapshot.dispose());
      model.dispose();
    }
  },

  figure({ epochs, layers }) {
    return layers.map(({ layer, maps }) =>
      imageGrid(
        maps.flatMap(({ reconstructions }) => reconstructions.map(unpack)),
        {
          columns: epochs.length,
          scale: layer === 'layer1' ? 10 : layer === 'layer2' ? 5 : 2,
          titles: maps.flatMap(() => epochs.map(epoch => `epoch ${epoch}`)),
          caption: `${layer}: the strongest activation of ${MAPS} maps, projected to the pixels`,
        },
      ),
    );
  },

  numbers: ({ epochs, layers, trainErrors }) => [
    epochs.map((epoch, time) => ({
      epoch,
      'training error': `${(100 * trainErrors[time]).toFixed(0)}%`,
      ...Object.fromEntries(
        layers.map(({ layer, jumps }) => [`${layer}: changed`, time ? `${100 * jumps[time - 1]}%` : '']),
      ),
    })),
  ],

  conclusion: ({ layers }) =>
    `At the last epoch ${layers.map(({ layer, jumps }) => `${100 * jumps.at(-1)!}% of the maps of ${layer}`).join(', ')} ` +
    'were excited most by another image than at the epoch before.',
};
