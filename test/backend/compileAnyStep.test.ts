/** compile(step) gives what the step gives eagerly, whatever the step does: call by call, with what it leaves in variables. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { backend, compile, ready } from '../../src/backend';
import { numbers } from './network';

interface Case {
  step: (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  /** The arguments of call `i`. */
  args: (i: number) => tf.Tensor[];
  /** What happens before call `i`. */
  before?: (i: number) => void;
  /** Variables that are compared after each call. */
  variables?: tf.Variable[];
}

const CALLS = 9;
/** From this call on something is different. */
const LATER = 5;
const vector = (seed: number, ...shape: number[]): tf.Tensor =>
  tf.tensor(
    numbers(
      seed,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  );
const one = (i: number): tf.Tensor[] => [vector(i + 1, 3)];
const two = (i: number): tf.Tensor[] => [vector(i + 1, 3), vector(i + 51, 3)];

/** The same random numbers for the eager calls and the compiled ones. */
function drawing(): () => number {
  let state = 1;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

const CASES: Record<string, () => Case> = {
  'one tensor as both arguments, later two': () => ({
    step: (a, b) => a.sub(b.mul(2)),
    args: i => (i < LATER ? [vector(i, 3)].flatMap(x => [x, x]) : two(i)),
  }),
  'an argument and its clone, later two': () => ({
    step: (a, b) => a.sub(b.mul(2)),
    args: i => (i < LATER ? [vector(i, 3)].flatMap(x => [x, x.clone()]) : two(i)),
  }),
  'two arguments, later one tensor': () => ({
    step: (a, b) => a.sub(b.mul(2)),
    args: i => (i < LATER ? two(i) : [vector(i, 3)].flatMap(x => [x, x.reshape([3])])),
  }),
  "a variable's value as argument": () => {
    const v = tf.variable(vector(1, 3));
    return { step: x => x.add(v), args: i => (i < LATER ? [v.clone()] : one(i)) };
  },
  'a variable as argument': () => {
    const v = tf.variable(vector(1, 3));
    return {
      step: x => x.add(v.mul(2)),
      args: i => (i < LATER ? [v] : one(i)),
      before: i => v.assign(vector(i + 5, 3)),
    };
  },
  'two variables with the same data, of which one changes': () => {
    const w = tf.variable(vector(1, 3));
    const average = tf.variable(w);
    const before = (i: number): void => void (i >= LATER && w.assign(vector(i + 9, 3)));
    return { step: x => x.mul(w).add(average), args: one, before };
  },
  'a moving average that begins as its variable': () => {
    const w = tf.variable(vector(1, 3));
    const average = tf.variable(w);
    const step = (x: tf.Tensor): tf.Tensor => {
      const { grads } = tf.variableGrads(() => x.mul(w).sub(1).square().sum(), [w]);
      w.assign(w.sub(grads[w.name].mul(0.05)));
      average.assign(average.mul(0.9).add(w.mul(0.1)));
      return average.add(w);
    };
    return { step, args: one, variables: [w, average] };
  },
  'variables that are exchanged': () => {
    const [a, b] = [tf.variable(vector(1, 3)), tf.variable(vector(2, 3))];
    const step = (x: tf.Tensor): tf.Tensor => {
      const old = a.clone();
      a.assign(b);
      b.assign(old);
      return a.mul(x);
    };
    return { step, args: one, variables: [a, b] };
  },
  'a variable assigned to another': () => {
    const [a, b] = [tf.variable(vector(1, 3)), tf.variable(vector(1, 3))];
    const step = (x: tf.Tensor): tf.Tensor => {
      b.assign(a);
      a.assign(a.add(x));
      return a.mul(b);
    };
    return { step, args: one, variables: [a, b] };
  },
  'an argument assigned to a variable': () => {
    const a = tf.variable(vector(1, 3));
    const step = (x: tf.Tensor): tf.Tensor => {
      const y = a.mul(2);
      a.assign(x);
      return y.add(x);
    };
    return { step, args: one, variables: [a] };
  },
  'a shape that depends on values': () => ({
    step: x => tf.unique(x.toInt()).values.toFloat().mean(),
    args: i => [
      tf.tensor1d(
        i < 3
          ? [1, 2, 2, 3]
          : [
              [5, 5, 5, 5],
              [1, 2, 3, 4],
              [7, 7, 8, 8],
            ][i % 3],
      ),
    ],
  }),
  "a tensor's data": () => ({
    step: x => (x.sum().dataSync()[0] > 0 ? x.mul(2) : x.mul(3)),
    args: one,
  }),
  'a number of JavaScript that changes later': () => {
    let calls = 0;
    return { step: x => x.mul(calls++ < LATER ? 1 : 5), args: one };
  },
  'a number of JavaScript that changes once and back': () => {
    let factor = 1;
    return { step: x => x.mul(factor), args: one, before: i => void (factor = i === LATER ? 7 : 1) };
  },
  'an attribute that changes later': () => {
    let alpha = 0.1;
    return { step: x => tf.leakyRelu(x, alpha), args: one, before: i => void (alpha = i < LATER ? 0.1 : 0.9) };
  },
  'random branches': () => {
    const random = drawing();
    return { step: x => (random() < 0.9 ? x.mul(2) : x.clone()), args: one };
  },
  'an array of JavaScript in [0, 1), plus a scalar, rounded down': () => {
    let calls = 0;
    return {
      step: x =>
        tf
          .tensor1d([0.1, 0.9 - 0.01 * (calls++ % 2), 0.8])
          .add(0.5)
          .floor()
          .mul(x),
      args: one,
    };
  },
  'dropout with a seed': () => ({ step: x => tf.dropout(x, 0.5, undefined, 7), args: one }),
  'dropout with a seed that changes': () => {
    let seed = 1;
    return { step: x => tf.dropout(x, 0.5, undefined, seed++), args: one };
  },
  'a tensor from outside, replaced and kept': () => {
    let outside = tf.keep(vector(1, 3));
    return {
      step: x => x.mul(outside),
      args: one,
      before: i => void (i >= LATER && (outside = tf.keep(vector(i + 30, 3)))),
    };
  },
  'a tensor from outside, replaced and disposed of': () => {
    let outside = tf.keep(vector(1, 3));
    const before = (i: number): void => {
      if (i < LATER) return;
      outside.dispose();
      outside = tf.keep(vector(i + 30, 3));
    };
    return { step: x => x.mul(outside), args: one, before };
  },
  'a tensor from outside that later is an argument too': () => {
    const outside = tf.keep(vector(1, 3));
    return { step: x => x.mul(outside).sub(x), args: i => (i < LATER ? one(i) : [outside]) };
  },
  'a list, later a tensor': () => {
    let calls = 0;
    return { step: x => (calls++ < LATER ? [x.add(1), x.mul(2)] : x.add(1)), args: one };
  },
  'more outputs later': () => {
    let calls = 0;
    return { step: x => (calls++ < LATER ? [x.add(1)] : [x.add(1), x.sub(1)]), args: one };
  },
  'a variable that is assigned only later': () => {
    const v = tf.variable(vector(1, 3));
    let calls = 0;
    const step = (x: tf.Tensor): tf.Tensor => {
      const y = x.mul(v);
      if (calls++ >= LATER) v.assign(y);
      return y;
    };
    return { step, args: one, variables: [v] };
  },
  'the argument itself, a clone of a result, and a result twice': () => ({
    step: x => {
      const y = x.add(1);
      return [y, y.clone(), x.clone(), y];
    },
    args: one,
  }),
  'a variable made within': () => ({
    step: x => {
      const v = tf.variable(x.mul(2));
      const y = v.add(1);
      v.dispose();
      return y;
    },
    args: one,
  }),
  'keep and dispose within': () => ({
    step: x => {
      const z = tf.keep(tf.tidy(() => x.add(1).mul(2)).sub(3));
      const y = z.square();
      z.dispose();
      return y;
    },
    args: one,
  }),
  'shapes that change': () => ({ step: x => x.mul(2).sum(0), args: i => [vector(i, 1 + (i % 3), 3)] }),
  'another device of numbers: int32 and bool': () => ({
    step: x => tf.where(x.greater(0), x.mul(100).toInt().floorDiv(tf.scalar(2, 'int32')).toFloat(), x.neg()),
    args: one,
  }),
  'NaN and infinity': () => ({
    step: x => tf.where(x.greater(0), tf.tensor1d([NaN, Infinity, -0]), x.div(0)).clipByValue(-Infinity, 9),
    args: one,
  }),
  'a second derivative': () => ({
    step: x =>
      tf.grad(z =>
        tf
          .grad(q => q.mul(q).mul(q).sum())(z)
          .sum(),
      )(x),
    args: one,
  }),
  'an optimizer whose rate changes': () => {
    const w = tf.variable(vector(1, 3));
    const optimizer = tf.train.momentum(0.1, 0.9);
    return {
      step: x => optimizer.minimize(() => x.mul(w).sub(1).square().sum(), true, [w])!,
      args: one,
      before: i => void (i === LATER && optimizer.setLearningRate(0.001)),
      variables: [w],
    };
  },
  strings: () => ({ step: () => tf.tensor1d(['a', 'b']), args: one }),
  'no elements': () => ({ step: x => x.slice([0], [0]).sum().add(x.sum()), args: one }),
  'the same draws of one seed': () => ({ step: x => x.add(tf.randomUniform([3], 0, 1, 'float32', 5)), args: one }),
};

/** What each call gives and leaves. */
function run(make: () => Case, isCompiled: boolean): { results: number[][]; lines: string[] } {
  const { step, args, before, variables = [] } = make();
  const lines: string[] = [];
  const called = isCompiled ? compile(step, { log: line => lines.push(line) }) : step;
  const results: number[][] = [];
  for (let i = 0; i < CALLS; i++) {
    before?.(i);
    const given = args(i);
    const made = [called(...given)].flat();
    const seen = [...made, ...variables].map(tensor => [...tensor.shape, ...(tensor.dataSync() as Float32Array)]);
    results.push(seen.flat());
  }
  return { results, lines };
}

describe('compile, of any step', function () {
  before(async function () {
    await ready();
    if (backend().name !== 'tensorflow') this.skip();
  });

  for (const [name, make] of Object.entries(CASES)) {
    it(name, () => {
      const eager = run(make, false);
      const compiled = run(make, true);
      compiled.results.forEach((result, i) => {
        const expected = eager.results[i];
        assert.equal(result.length, expected.length, `call ${i}`);
        result.forEach((value, k) => {
          const isSame =
            Object.is(value, expected[k]) ||
            value === expected[k] ||
            Math.abs(value - expected[k]) <= 1e-5 * Math.max(1, Math.abs(expected[k]));
          assert.ok(isSame, `call ${i}: ${result} in place of ${expected}`);
        });
      });
      assert.ok(compiled.lines.length <= 1, compiled.lines.join('\n'));
    });
  }

  it('says in one line when a step that was compiled does something else', () => {
    let factor = 1;
    const lines: string[] = [];
    const scale = (x: tf.Tensor): tf.Tensor => x.mul(factor);
    const step = compile(scale, { log: line => lines.push(line) });
    for (let i = 0; i < 20; i++) step(tf.scalar(1)).dispose();
    assert.deepEqual([lines, step.graphs], [[], 1]);
    factor = 3;
    assert.equal(step(tf.scalar(1)).dataSync()[0], 3);
    assert.deepEqual(lines, [
      'scale runs eagerly, as a number or array that it makes in JavaScript changes from call to call (its shape is []).',
    ]);
    for (let i = 0; i < 4; i++) assert.equal(step(tf.scalar(1)).dataSync()[0], 3);
    assert.equal(step.graphs, 1, 'it is compiled again, as it does the same again');
  });

  it('calls the step at every call, once', () => {
    let calls = 0;
    const step = compile((x: tf.Tensor) => (calls++, x.add(1)));
    for (let i = 1; i <= 10; i++) {
      step(tf.scalar(1)).dispose();
      assert.equal(calls, i);
    }
  });

  describe('an error', () => {
    /** Tensors of tfjs and of TensorFlow. */
    const counts = (): number[] => [
      tf.memory().numTensors,
      (tf.backend() as tf.KernelBackend & { getNumOfTFTensors(): number }).getNumOfTFTensors(),
    ];

    /** Adds 1 at a place of `v`, which TensorFlow alone finds out to be none. */
    const scatter = (v: tf.Tensor, place: tf.Tensor): tf.Tensor =>
      v.add(tf.tensorScatterUpdate(tf.zerosLike(v), place.reshape([1, 1]), tf.tensor1d([1])));
    const place = (i: number): tf.Tensor => tf.tensor1d([i], 'int32');

    it('inside of the graph changes no variable, and later steps are those of eager execution', () => {
      const [w, v] = [tf.variable(vector(1, 3)), tf.variable(tf.zeros([3]))];
      const step = compile((i: tf.Tensor) => {
        w.assign(w.add(1));
        v.assign(scatter(v, i));
        return w.mul(v);
      });
      for (let i = 0; i < 4; i++) step(place(i % 3)).dispose();
      assert.equal(step.graphs, 1);
      const before = [...w.dataSync()];
      const wrong = step(place(9));
      assert.throws(() => wrong.dataSync(), /\[9\] does not index into shape \[3\]/);
      assert.deepEqual([...w.dataSync()], before);
      assert.deepEqual([...v.dataSync()], [2, 1, 1]);
      wrong.dispose();
      step(place(1)).dispose();
      assert.deepEqual(
        [...w.dataSync()],
        before.map(value => Math.fround(value + 1)),
      );
      assert.deepEqual([...v.dataSync()], [2, 2, 1]);
      assert.equal(step.graphs, 1);
    });

    it('whose result nobody reads is thrown at the next use, and changes no variable either', () => {
      const v = tf.variable(tf.zeros([3]));
      const step = compile((i: tf.Tensor) => {
        v.assign(scatter(v, i));
        return v.mul(2);
      });
      for (let i = 0; i < 4; i++) step(place(0)).dispose();
      step(place(5)).dispose();
      assert.throws(() => tf.scalar(1).add(1), /\[5\] does not index into shape \[3\]/);
      assert.deepEqual([...v.dataSync()], [4, 0, 0]);
    });

    for (const throwingCall of [0, 1, 2, 5]) {
      it(`of JavaScript in call ${throwingCall} changes no variable and leaves no tensor`, () => {
        const w = tf.variable(tf.scalar(1));
        let call = 0;
        const step = compile((x: tf.Tensor) => {
          w.assign(w.add(x));
          if (call++ === throwingCall) throw new Error('of the student');
          return w.mul(x);
        });
        const x = tf.scalar(1);
        // TensorFlow has both from here on.
        w.mul(x).dispose();
        let expected = 1;
        for (let i = 0; i < 8; i++) {
          const before = counts();
          if (i === throwingCall) {
            assert.throws(() => step(x), /of the student/);
            assert.deepEqual(counts(), before);
          } else {
            const result = step(x);
            assert.equal(result.dataSync()[0], ++expected);
            result.dispose();
          }
          assert.equal(w.dataSync()[0], expected);
        }
      });
    }
  });
});
