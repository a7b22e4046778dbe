/** Things to throw that no one should have to show: getters that throw, proxies, cycles, stacks that are no text. */

/** @param random numbers in [0, 1) */
export function hostile(random: () => number, depth = 0): unknown {
  const pick = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)];
  const again = (): unknown => (depth < 3 ? hostile(random, depth + 1) : pick<unknown>(7, 'text', null));
  const fail = (): never => {
    throw pick<unknown>(1, null, new Error('inner'));
  };
  const endless: object = new Proxy({}, { getPrototypeOf: () => endless });
  const thing = pick<() => unknown>(
    () => new Error('plain'),
    () => new TypeError(`$$tf.value.conv3 is not a function`),
    () => new (class extends Error {})('of a class without a name'),
    () => new AggregateError([new Error('one'), again()], 'several'),
    () => new Error('with a cause', { cause: again() }),
    () => Object.create(Error.prototype) as unknown,
    () => Object.create(null) as unknown,
    () => new Proxy(new Error('behind a proxy'), {}),
    () => new Proxy(new Error('behind a proxy'), { get: fail, getPrototypeOf: fail, ownKeys: fail, has: fail }),
    () => endless,
    () => Object.create(endless) as unknown,
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
    () => pick<unknown>(undefined, null, 0, -0, 1n, '', 'text', Symbol('s'), fail, [1, [2]], new Map([[1, 2]])),
    () => ({ message: 'no error', stack: 'Error: no error\n    at In[1]:1:1' }),
    () => eval('new Error("of an eval")') as unknown,
  )();
  if (thing === null || typeof thing !== 'object') return thing;
  for (let changes = Math.floor(random() * 4); changes > 0; changes--) {
    const name = pick<string | symbol>(
      ...['name', 'message', 'stack', 'cause', 'errors', 'code', 'toString', 'constructor'],
      ...[Symbol.toPrimitive, Symbol.toStringTag, Symbol.for('nodejs.util.inspect.custom')],
    );
    const value = pick<() => unknown>(
      () => 42,
      () => null,
      () => Symbol('odd'),
      () => 'x'.repeat(1e6),
      () => 'two\nlines\n    at not (a frame:1:1)\n    at In[1]:1:99999',
      () => '\ud800 \u001b[31m\0',
      () => fail,
      () => thing,
      () => ({ toString: fail }),
      () => new Array(1e6),
      () => new Proxy([], { get: fail }),
      again,
    )();
    try {
      Object.defineProperty(
        thing,
        name,
        random() < 0.3 ? { get: fail, configurable: true } : { value, configurable: true, writable: random() < 0.5 },
      );
    } catch {
      // Of a proxy that refuses.
    }
  }
  return random() < 0.1 ? pick(Object.freeze, Object.preventExtensions)(new Error('frozen')) : thing;
}

/** What programs put in the place of V8's way to write stacks. */
export function hostileFormat(random: () => number): unknown {
  const formats: unknown[] = [
    (_: Error, sites: unknown) => sites,
    () => 7,
    (error: Error) => error,
    () => undefined,
    (error: Error) => error.stack,
    'no function',
    undefined,
    () => {
      throw new Error('in prepareStackTrace');
    },
  ];
  return formats[Math.floor(random() * formats.length)];
}
