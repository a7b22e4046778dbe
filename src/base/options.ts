/** Options are refused at the door: each refusal is one sentence with the value given and what was expected. */

/** Refuses a value; `what` is how a sentence calls it, such as 'depth of resnet'. */
export type Check = (what: string, value: never) => void;

/** A check for every option that a function has: what is not named here is a misspelt one. */
export type Checks<Options> = { [Name in keyof Required<Options>]: Check };

/**
 * Checks the options of one call; those that are undefined are not given.
 * @param what the function's name
 * @throws when an option is unknown, or refused by its check
 */
export function check<Options extends object>(what: string, options: Options, checks: Checks<Options>): void {
  only(what, options, Object.keys(checks));
  for (const [name, refuse] of Object.entries<Check>(checks)) {
    const value = options[name as keyof Options];
    if (value !== undefined) refuse(`option ${name} of ${what}`, value as never);
  }
}

/**
 * @param what the function's name
 * @throws unless `options` is an object of some of these names
 */
export function only(what: string, options: object, names: readonly string[]): void {
  if (!isPlain(options)) {
    throw new Error(`The options of ${what} are ${shown(options)}; expected an object with ${list(names, 'or')}.`);
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    const value = shown((options as Record<string, unknown>)[name]);
    throw new Error(
      `${what} has no option ${name} (given as ${value}); ` +
        (near ? `did you mean ${near}?` : `expected ${list(names, 'or')}.`),
    );
  }
}

/** Whether a value is an object of no class; by its name, as a notebook's objects are of another realm. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && (value.constructor?.name ?? 'Object') === 'Object';
}

/** What people write for a name of ours. */
const SYNONYMS: Record<string, string> = {
  lr: 'learningRate',
  bs: 'batchSize',
  wd: 'weightDecay',
  eps: 'epsilon',
  decay: 'weightDecay',
};

/** The known name that is nearest to a misspelt one; undefined where none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  if (Object.hasOwn(SYNONYMS, name) && names.includes(SYNONYMS[name])) return SYNONYMS[name];
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const ranked = names
    .map(known => ({ known, distance: editDistance(plain(name), plain(known)) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(1, Math.floor(best.known.length / 3)) ? best.known : undefined;
}

/** Levenshtein's: the fewest letters to add, drop or replace. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const last = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + Number(a[i - 1] !== b[j - 1])));
    }
  }
  return row[b.length];
}

function list(names: readonly string[], word: string): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1)}`;
}

/**
 * A table's entry.
 * @param what whose key it is, such as 'depth of resnet'
 * @throws when the table has none of this key
 */
export function choose<Table extends object, Key extends keyof Table>(
  table: Table,
  key: Key,
  what: string,
): Table[Key] {
  const names = Object.keys(table);
  // A table of numbers, such as depths, has no entry for a text.
  const isOfNumbers = names.every(name => String(Number(name)) === name);
  if (typeof key === (isOfNumbers ? 'number' : 'string') && Object.hasOwn(table, key)) return table[key];
  const isOther = typeof key === 'number' && !isOfNumbers;
  throw new Error(`The ${what} is ${shown(key)}; expected one of ${(isOther ? names.map(shown) : names).join(', ')}.`);
}

/** A check for one of a table's keys. */
export function keyOf<Table extends object>(table: Table): (what: string, value: keyof Table) => void {
  return (what, value) => void choose(table, value, what);
}

/** A check for one of these values. */
export function among<Value>(...expected: Value[]): (what: string, value: Value) => void {
  return (what, value) => oneOf(what, value, ...expected);
}

/** @throws when the value is none of these */
export function oneOf<Value>(what: string, value: Value, ...expected: Value[]): void {
  if (expected.includes(value)) return;
  refuse(what, value, `${expected.length > 1 ? 'one of ' : ''}${expected.join(', ')}`);
}

/** @throws unless it is a whole number from `least` to `most` */
export function wholeNumber(what: string, value: number, least = 1, most = Infinity): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const from = least === -Infinity ? '' : ` from ${least}`;
  refuse(what, value, `a whole number${from}${most < Infinity ? ` to ${most}` : ''}`);
}

/** @throws unless it is a number above zero, and not above `most` */
export function positive(what: string, value: number, most = Infinity): void {
  if (typeof value === 'number' && value > 0 && value <= most && Number.isFinite(value)) return;
  refuse(what, value, `a number above 0${most < Infinity ? `, up to ${most}` : ''}`);
}

/** @throws unless it is a finite number from `low`, and below `high` or, where `closed`, up to it */
export function between(what: string, value: number, low: number, high = Infinity, { closed = false } = {}): void {
  const isNumber = typeof value === 'number' && Number.isFinite(value) && value >= low;
  if (isNumber && (closed ? value <= high : value < high)) return;
  const to = high === Infinity ? '' : closed ? ` to ${high}` : ` and below ${high}`;
  refuse(what, value, low === -Infinity && to === '' ? 'a finite number' : `a number from ${low}${to}`);
}

/** @throws unless it is true or false */
export function boolean(what: string, value: boolean): void {
  if (typeof value !== 'boolean') refuse(what, value, 'true or false');
}

/** @throws unless it is a text that is not empty */
export function text(what: string, value: string): void {
  if (typeof value !== 'string' || value === '') refuse(what, value, 'a text that is not empty');
}

/** @throws unless it is a text, which may be empty */
export function words(what: string, value: string): void {
  if (typeof value !== 'string') refuse(what, value, 'a text');
}

/** @throws unless it is a number, which may be NaN or infinite as what is drawn may be */
export function number(what: string, value: unknown): void {
  if (typeof value !== 'number') refuse(what, value, 'a number');
}

/** @throws unless it is an array or a typed array of numbers */
export function numbers(what: string, value: unknown): void {
  const isTyped = ArrayBuffer.isView(value) && !(value instanceof DataView);
  if (!isTyped && !(Array.isArray(value) && value.every(each => typeof each === 'number'))) {
    refuse(what, value, 'an array of numbers');
  }
}

/** @throws unless it is a function; `expected` tells of what */
export function func(what: string, value: unknown, expected = 'a function'): void {
  if (typeof value !== 'function') refuse(what, value, expected);
}

/** @throws unless it is a tensor, of this rank where one is given; known by what it does, as there may be two engines */
export function tensor(what: string, value: unknown, rank?: number): void {
  const { shape, dataSync, isDisposed } = (value ?? {}) as {
    shape?: unknown;
    dataSync?: unknown;
    isDisposed?: boolean;
  };
  const expected = rank === undefined ? 'a tensor' : `a tensor of rank ${rank}`;
  if (!Array.isArray(shape) || typeof dataSync !== 'function') refuse(what, value, expected);
  if (isDisposed) throw new Error(`The ${what} is disposed of; expected ${expected} that is still there.`);
  if (rank !== undefined && shape.length !== rank) refuse(`shape of the ${what}`, shape, expected);
}

/** @throws unless it is a network; known by what it has, as there may be two engines */
export function network(what: string, value: unknown): void {
  const { inputs, outputs } = (value ?? {}) as { inputs?: unknown; outputs?: unknown };
  if (!Array.isArray(inputs) || !Array.isArray(outputs)) refuse(what, value, 'a network, such as resnetCifar(20)');
}

/** @throws unless it is a network whose weights are there */
export function networkWithWeights(what: string, value: unknown): void {
  network(what, value);
  const { name, weights } = value as { name: string; weights: { val: { isDisposed: boolean } }[] };
  if (!weights.some(({ val }) => val.isDisposed)) return;
  throw new Error(`The weights of ${name} are disposed of; expected a network that is still there.`);
}

/** @throws unless it is an array, each of whose items the check takes; without one, of any items */
export function listOf(
  what: string,
  value: unknown,
  expected: string,
  item?: (what: string, value: never) => void,
): void {
  if (!Array.isArray(value)) refuse(what, value, expected);
  value.forEach((each, i) => item?.(`${what} at place ${i}`, each as never));
}

/** @throws unless it is an array of whole numbers from 0 */
export function counts(what: string, value: unknown): void {
  const isCounts = Array.isArray(value) && value.every(side => Number.isSafeInteger(side) && side >= 0);
  if (!isCounts) refuse(what, value, 'an array of whole numbers from 0');
}

/** Any value, as another place checks it. */
export const anything: Check = () => {};

/** @throws the sentence that says what the value is, and what was expected */
export function refuse(what: string, value: unknown, expected: string): never {
  throw new Error(`The ${what} is ${shown(value)}; expected ${expected}.`);
}

/**
 * The two ways to say how deep: `resnet(50, { classes: 10 })` and `resnet({ depth: 50, classes: 10 })`.
 * @param what the function's name
 * @throws when one call does both, or an option is unknown or refused by its check
 */
export function withDepth<Options extends { depth?: unknown }>(
  what: string,
  first: Options['depth'] | Options | undefined,
  more: Options,
  checks: Checks<Options>,
): Options {
  check(what, more, checks);
  if (first === undefined) return given(more);
  if (typeof first === 'object' && first !== null) {
    check(what, first as Options, checks);
    return { ...given(more), ...given(first as Options) };
  }
  (checks as Record<'depth', Check>).depth(`depth of ${what}`, first as never);
  if (more.depth === undefined || more.depth === first) return { ...given(more), depth: first };
  throw new Error(`The depth is given as ${shown(first)} and as ${shown(more.depth)}; expected one of them.`);
}

/** The options without those that are undefined, which are not given. */
export function given<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

/** A value as a sentence shows it: short, and a text in quotes. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > 60 ? `'${value.slice(0, 57)}...'` : `'${value}'`;
  if (typeof value === 'function') {
    // A block is called as it is written: conv(16, 3).
    const kind = value.name.endsWith(')') ? 'block' : 'function';
    return value.name ? `the ${kind} ${value.name}` : 'a function';
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const { length } = value as ArrayLike<unknown>;
  const name = value.constructor?.name ?? 'Object';
  if (ArrayBuffer.isView(value)) return `a ${name} of ${length}`;
  if (name !== 'Array' && name !== 'Object') return `a ${name}`;
  let json: string | undefined;
  try {
    json = JSON.stringify(value, (_, part: unknown) => (typeof part === 'function' ? shown(part) : part));
  } catch {
    // It refers to itself.
  }
  if (json !== undefined && json.length <= 60) return json;
  return Array.isArray(value) ? `an array of ${length}` : 'an object';
}
