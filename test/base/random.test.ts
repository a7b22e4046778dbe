import assert from 'node:assert/strict';
import { below, normal, seeded, shuffle } from '../../src/base/random';

const draw = (count: number, random: () => number): number[] => Array.from({ length: count }, random);

describe('seeded random numbers', () => {
  it('are those of sfc32 from the state (seed, 0, stream, 1) after 15 rounds', () => {
    // Against the generator written a second time, below, in unbounded integers.
    assert.deepEqual(
      draw(3, seeded(42, 7)).map(value => value * 2 ** 32),
      reference(42n, 7n, 3),
    );
  });

  it('differ by seed, by stream, and above 32 bits', () => {
    const firsts = [seeded(0), seeded(1), seeded(-1), seeded(0, 1), seeded(2 ** 32)].map(random => random());
    assert.equal(new Set(firsts).size, 5);
    assert.throws(() => seeded(0.5), /seed is 0.5/);
    assert.throws(() => seeded(1, -1), /stream of random numbers is -1/);
  });

  it('below covers 0 to n - 1 evenly', () => {
    const random = seeded(1);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 10_000; i++) counts[below(random, 5)]++;
    assert.ok(
      counts.every(count => Math.abs(count - 2000) < 200),
      `${counts}`,
    );
  });

  it('normal has mean 0, deviation 1 and the tails of the bell', () => {
    const random = seeded(2);
    const values = draw(40_000, () => normal(random));
    const share = (limit: number): number => values.filter(value => Math.abs(value) > limit).length / values.length;
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    assert.ok(Math.abs(mean) < 0.02, `${mean}`);
    // Outside of 1, 2 and 3 deviations: 31.7 %, 4.55 %, 0.27 %.
    assert.ok(Math.abs(share(1) - 0.317) < 0.01 && Math.abs(share(2) - 0.0455) < 0.005);
    assert.ok(Math.abs(share(3) - 0.0027) < 0.001);
  });

  it('shuffle gives each of the six orders of three equally often', () => {
    const random = seeded(3);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const key = shuffle([0, 1, 2], random).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    assert.equal(counts.size, 6);
    for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 150, `${count}`);
  });
});

/** sfc32 as PractRand has it, in unbounded integers. */
function reference(seed: bigint, stream: bigint, count: number): number[] {
  const mask = 0xffffffffn;
  let [a, b, c, counter] = [seed, 0n, stream, 1n];
  const next = (): bigint => {
    const result = (a + b + counter++) & mask;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) & mask;
    c = ((((c << 21n) & mask) | (c >> 11n)) + result) & mask;
    return result;
  };
  for (let i = 0; i < 15; i++) next();
  return Array.from({ length: count }, () => Number(next()));
}
