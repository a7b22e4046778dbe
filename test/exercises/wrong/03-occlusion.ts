/** Answers that people give to exercise 03-occlusion, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as right from '../../../solutions/03-occlusion';

const { occlude, occlusionPositions, probabilityMap } = right;
const solution = { occlude, occlusionPositions, probabilityMap };

type Position = [number, number];
type Cover = (image: tf.Tensor3D, positions: Position[], size: number, grey: number) => unknown;

const list = (
  name: string,
  message: RegExp,
  wrong: (h: number, w: number, size: number, stride: number) => unknown,
) => ({
  ...solution,
  name,
  message,
  occlusionPositions: wrong,
});
const cover = (name: string, message: RegExp, wrong: Cover) => ({
  ...solution,
  name,
  message,
  occlude: (image: tf.Tensor3D, positions: Position[], size: number, grey = 0.5): unknown =>
    wrong(image, positions, size, grey),
});
const map = (name: string, message: RegExp, wrong: (p: tf.Tensor2D, label: number, columns: number) => unknown) => ({
  ...solution,
  name,
  message,
  probabilityMap: wrong,
});

const turn = (positions: Position[]): Position[] => positions.map(([a, b]) => [b, a]);
/** 1 inside the squares, 0 outside. */
const squares = (image: tf.Tensor3D, positions: Position[], size: number): tf.Tensor4D =>
  occlude(tf.zerosLike(image), positions, size, 1);

export const wrong = [
  list('misses the last square', /last square is missing/, (h, w, size, stride) =>
    occlusionPositions(h - 1, w - 1, size, stride),
  ),
  list('reaches over the edge', /reach over the edge/, (h, w, size, stride) =>
    occlusionPositions(h + size - 1, w + size - 1, size, stride),
  ),
  list('goes column by column', /column by column: they come/, (h, w, size, stride) =>
    turn(occlusionPositions(w, h, size, stride)),
  ),
  list('lists [left, top]', /a position is \[top, left\]/, (h, w, size, stride) =>
    turn(occlusionPositions(h, w, size, stride)),
  ),
  list('exchanges height and width', /height and width are exchanged/, (h, w, size, stride) =>
    occlusionPositions(w, h, size, stride),
  ),
  list('forgets the stride', /stride was not used/, (h, w, size) => occlusionPositions(h, w, size, 1)),
  list('steps by the size', /size apart/, (h, w, size) => occlusionPositions(h, w, size, size)),
  list('lists the centres', /centres of the squares/, (h, w, size, stride) =>
    occlusionPositions(h, w, size, stride).map(([y, x]) => [y + Math.floor(size / 2), x + Math.floor(size / 2)]),
  ),
  list('adds squares at the edge', /expected .* positions/, (h, w, size, stride) => [
    ...occlusionPositions(h, w, size, stride),
    [h - size, w - size],
  ]),
  list('counts', /must return a list/, (h, w, size, stride) => occlusionPositions(h, w, size, stride).length),
  cover('paints black', /square is black/, (image, positions, size) => occlude(image, positions, size, 0)),
  cover('always paints 0.5', /grey is always 0\.5/, (image, positions, size) => occlude(image, positions, size, 0.5)),
  cover('covers red only', /one channel only/, (image, positions, size, grey) => {
    const [h, w, channels] = image.shape;
    const rest = image.slice([0, 0, 1], [h, w, channels - 1]);
    return tf.concat(
      [occlude(image.slice([0, 0, 0], [h, w, 1]), positions, size, grey), tf.stack(positions.map(() => rest))],
      3,
    );
  }),
  cover('covers the rest', /everything but the square/, (image, positions, size, grey) => {
    const inside = squares(image, positions, size);
    return inside.mul(image).add(tf.sub(1, inside).mul(grey));
  }),
  cover('adds grey', /grey was added/, (image, positions, size, grey) =>
    squares(image, positions, size).mul(grey).add(image),
  ),
  cover('multiplies', /multiplied by grey/, (image, positions, size, grey) =>
    squares(image, positions, size)
      .mul(grey - 1)
      .add(1)
      .mul(image),
  ),
  cover('does not begin anew', /squares of earlier pictures/, (image, positions, size, grey) => {
    let picture = image;
    return tf.stack(positions.map(position => (picture = occlude(picture, [position], size, grey).squeeze([0]))));
  }),
  cover('exchanges top and left', /top counts rows/, (image, positions, size, grey) =>
    occlude(image, turn(positions), size, grey),
  ),
  cover('is one too large', /one too large/, (image, positions, size, grey) =>
    occlude(image, positions, size + 1, grey),
  ),
  cover('is one too small', /one too small/, (image, positions, size, grey) =>
    occlude(image, positions, size - 1, grey),
  ),
  cover('centres the square', /square is centred/, (image, positions, size, grey) =>
    occlude(
      image,
      positions.map(([y, x]) => [y - Math.floor(size / 2), x - Math.floor(size / 2)]),
      size,
      grey,
    ),
  ),
  cover('covers nothing', /nothing is covered/, (image, positions) => tf.stack(positions.map(() => image))),
  cover('covers one picture', /a picture for each position/, (image, positions, size, grey) =>
    occlude(image, positions, size, grey).slice(0, 1),
  ),
  map('takes the largest', /largest probability/, (p, _, columns) => p.max(1).reshape([-1, columns])),
  map('counts classes from 1', /counted from 0/, (p, label, columns) => probabilityMap(p, label - 1, columns)),
  map('takes the rest', /1 - p was taken/, (p, label, columns) => tf.sub(1, probabilityMap(p, label, columns))),
  map('takes the best class', /best class/, (p, _, columns) => p.argMax(1).toFloat().reshape([-1, columns])),
  map('turns the map over', /turned over/, (p, label, columns) => probabilityMap(p, label, columns).transpose()),
  map('fills column by column', /filled column by column/, (p, label, columns) =>
    probabilityMap(p, label, p.shape[0] / columns).transpose(),
  ),
  map('scales', /map was scaled/, (p, label, columns) => {
    const m = probabilityMap(p, label, columns);
    return m.sub(m.min()).div(m.max().sub(m.min()));
  }),
  map('leaves it flat', /the shape is \[12\]; the grid has \[3,4\]/, (p, label) =>
    probabilityMap(p, label, 1).flatten(),
  ),
];
