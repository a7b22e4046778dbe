/**
 * Random programs: what compile(step) gives and leaves at each call is what the step gives and leaves eagerly, whatever
 * JavaScript changes between calls. CNN_KIT_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { backend, compile, ready } from '../../src/backend';
import { seeded } from '../../src/data';

const SEED = Number(process.env.CNN_KIT_SEED ?? Math.floor(Math.random() * 2 ** 31));
const PROGRAMS = 150;
const CALLS = 10;

type Random = () => number;
type Values = tf.Tensor[];
interface World {
  variables: tf.Variable[];
  outside: tf.Tensor[];
  /** Numbers of JavaScript that steps read. */
  numbers: number[];
  /** How many times the step has run. */
  calls: number;
  random: Random;
}
type Instruction = (values: Values, world: World) => void;

const below = (random: Random, n: number): number => Math.floor(random() * n);
const vector = (random: Random): tf.Tensor => tf.tensor1d(Array.from({ length: 3 }, () => 2 * random() - 1));

/** One instruction, drawn once: what it does then depends on the values and the world alone. */
function instruction(random: Random): Instruction {
  const [a, b, k] = [below(random, 64), below(random, 64), below(random, 3)];
  const threshold = 2 + below(random, CALLS - 2);
  const of = (values: Values, i: number): tf.Tensor => values[i % values.length];
  const all: Instruction[] = [
    values => values.push(of(values, a).add(of(values, b))),
    values => values.push(of(values, a).mul(of(values, b))),
    values => values.push(of(values, a).sub(of(values, b)).tanh()),
    values => values.push(of(values, a).relu()),
    values => values.push(of(values, a).clone()),
    values => values.push(of(values, a).reshape([1, 3]).reshape([3])),
    values => values.push(tf.concat([of(values, a), of(values, b)]).slice([1], [3])),
    values => values.push(tf.where(of(values, a).greater(of(values, b)), of(values, a), of(values, b).neg())),
    values => values.push(tf.grad(x => x.square().mul(of(values, b)).sum())(of(values, a))),
    (values, { variables }) => values.push(of(values, a).add(variables[k])),
    (values, { variables }) => values.push(variables[k].mul(1)),
    (values, { variables }) => variables[k].assign(of(values, a).mul(0.5)),
    (values, { variables }) => variables[k].assign(variables[(k + 1) % 3]),
    (values, { variables }) => variables[k].assign(of(values, a)),
    (values, { outside }) => values.push(of(values, a).sub(outside[k])),
    (values, { numbers }) => values.push(of(values, a).mul(numbers[k])),
    (values, { calls }) => values.push(calls < threshold ? of(values, a).add(1) : of(values, a).exp()),
    (values, { calls }) => void (calls === threshold && values.push(of(values, a).sin())),
    values => values.push(tf.tidy(() => of(values, a).add(0.25).square())),
    (values, { calls }) =>
      void (calls === threshold && values.push(tf.scalar(of(values, a).dataSync()[0]).add(of(values, b)))),
  ];
  // What depends on JavaScript is rarer, so that most programs become graphs.
  const kind = random() < 0.75 ? below(random, 14) : below(random, all.length);
  return all[kind];
}

/** Everything that a run of the program does, from its seed. */
function run(seed: number, isCompiled: boolean): { seen: number[][]; graphs: number } {
  const random = seeded(seed);
  const program = Array.from({ length: 2 + below(random, 8) }, () => instruction(random));
  const outputs = 1 + below(random, 3);
  const aliasing = Array.from({ length: CALLS }, () => random());
  const events = Array.from({ length: CALLS }, () => [random(), random()]);
  const world: World = {
    variables: Array.from({ length: 3 }, () => tf.variable(vector(random))),
    outside: Array.from({ length: 3 }, () => vector(random)),
    numbers: [1, 2, 3],
    calls: 0,
    random,
  };
  const step = (x: tf.Tensor, y: tf.Tensor): tf.Tensor[] => {
    const values = [x, y];
    for (const each of program) each(values, world);
    world.calls++;
    return values.slice(-outputs).map(value => value.add(0));
  };
  const called = isCompiled ? compile(step, { log: () => undefined }) : step;
  const seen: number[][] = [];
  for (let call = 0; call < CALLS; call++) {
    const [x, y] = [vector(random), vector(random)];
    const alias = aliasing[call];
    const args: [tf.Tensor, tf.Tensor] =
      alias < 0.1
        ? [x, x]
        : alias < 0.2
          ? [x, x.clone()]
          : alias < 0.25
            ? [world.variables[0], y]
            : alias < 0.3
              ? [x, world.outside[1].clone()]
              : [x, y];
    const [event, which] = events[call];
    const k = Math.floor(which * 3);
    if (event < 0.06) world.variables[k].assign(world.variables[(k + 1) % 3]);
    else if (event < 0.12) world.variables[k].assign(vector(random));
    else if (event < 0.18) world.outside[k] = vector(random);
    else if (event < 0.22) world.numbers[k] += 1;
    const results = called(...args);
    seen.push(
      [...results, ...world.variables].flatMap(tensor => [...tensor.shape, ...(tensor.dataSync() as Float32Array)]),
    );
  }
  const graphs = isCompiled ? (called as ReturnType<typeof compile>).graphs : 0;
  if (isCompiled) (called as ReturnType<typeof compile>).dispose();
  tf.dispose(world.variables);
  return { seen, graphs };
}

describe(`compile, of ${PROGRAMS} random programs (CNN_KIT_SEED=${SEED})`, () => {
  before(async function () {
    await ready();
    if (backend().name !== 'tensorflow') this.skip();
  });

  it('gives what they give eagerly', () => {
    let compiledOnes = 0;
    for (let i = 0; i < PROGRAMS; i++) {
      tf.engine().startScope();
      const eager = run(SEED + i, false);
      const compiled = run(SEED + i, true);
      compiledOnes += Number(compiled.graphs > 0);
      compiled.seen.forEach((values, call) => {
        const isSame =
          values.length === eager.seen[call].length &&
          values.every((value, k) => {
            const expected = eager.seen[call][k];
            return Object.is(value, expected) || Math.abs(value - expected) <= 1e-4 * Math.max(1, Math.abs(expected));
          });
        assert.ok(isSame, `seed ${SEED + i}, call ${call}: ${values} in place of ${eager.seen[call]}`);
      });
      tf.engine().endScope();
    }
    assert.ok(compiledOnes > PROGRAMS / 3, `only ${compiledOnes} became graphs`);
  });
});
