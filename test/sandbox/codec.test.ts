import assert from 'node:assert/strict';
import { decode, encode, MAX_DEPTH } from '../../src/sandbox/values/codec';

const cross = (value: unknown): unknown => decode(encode(value));

describe('the codec between grader and submission', () => {
  const values: [string, unknown][] = [
    ['numbers that JSON loses', [NaN, Infinity, -Infinity, -0, 0, 1e-320]],
    ['undefined, null, bigint', { a: undefined, b: null, c: 12345678901234567890n }],
    ['typed arrays', [new Float32Array([1, NaN, -0]), new Uint8Array([0, 255]), new Int32Array([-1])]],
    ['Map, Set, Date', [new Map([[{ a: 1 }, [2]]]), new Set([1, 'x']), new Date(0)]],
    ['text with quotes, newlines and lone surrogates', ['"\n\u2028', '\ud800']],
    ['keys that look like the marks of the codec', { $: 'undefined', v: [1], __proto: 2 }],
    ['empty things', [[], {}, '', new Map()]],
  ];
  for (const [name, value] of values) it(`keeps ${name}`, () => assert.deepEqual(cross(value), value));

  it('keeps __proto__ as a plain key and pollutes nothing', () => {
    const value = decode('{"$":"object","v":[["__proto__",{"$":"object","v":[["polluted",true]]}]]}') as object;
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.ok(Object.hasOwn(value, '__proto__'));
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });

  const refusals: [string, unknown, RegExp][] = [
    ['functions', { f: () => 1 }, /A function cannot be an answer/],
    ['symbols', [Symbol('x')], /A symbol cannot be an answer/],
    ['cycles', cyclic(), /holds itself/],
    ['depth', nested(MAX_DEPTH + 2), /nested more than/],
  ];
  for (const [name, value, message] of refusals)
    it(`refuses ${name}`, () => assert.throws(() => encode(value), message));

  it('allows the same object twice, which is no cycle', () => {
    const shared = { a: 1 };
    assert.deepEqual(cross([shared, shared]), [shared, shared]);
  });

  const hostile: [string, string][] = [
    ['an unknown kind', '{"$":"Function","v":["alert()"]}'],
    ['an inherited name as kind', '{"$":"constructor","v":[]}'],
    ['a tensor with too few numbers', '{"$":"tensor","v":{"dtype":"float32","shape":[1000000,1000000],"data":[1]}}'],
    ['a tensor with a negative shape', '{"$":"tensor","v":{"dtype":"float32","shape":[-1,-1],"data":[1]}}'],
    ['a tensor of no known dtype', '{"$":"tensor","v":{"dtype":"string","shape":[1],"data":["x"]}}'],
    ['a tensor that holds text', '{"$":"tensor","v":{"dtype":"float32","shape":[1],"data":["x"]}}'],
    ['a number by a wrong name', '{"$":"number","v":"1e999"}'],
    ['a bigint of a million digits', `{"$":"bigint","v":"${'9'.repeat(1e6)}"}`],
    ['what is not JSON', '{"$":'],
    ['a depth that would end the stack', '['.repeat(100_000) + ']'.repeat(100_000)],
  ];
  for (const [name, text] of hostile) it(`refuses ${name}`, () => assert.throws(() => decode(text)));
});

function cyclic(): unknown {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}
