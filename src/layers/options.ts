/** Options are refused at the door: each refusal is one sentence with the value given and what would be right. */

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
  if (Object.hasOwn(table, key)) return table[key];
  throw new Error(`The ${what} is ${shown(key)}; right is one of ${Object.keys(table).join(', ')}.`);
}

/** @throws when the value is none of these */
export function oneOf<Value>(what: string, value: Value, ...right: Value[]): void {
  if (!right.includes(value)) throw new Error(`The ${what} is ${shown(value)}; right is one of ${right.join(', ')}.`);
}

/** @throws unless it is a whole number, from `least` on */
export function wholeNumber(what: string, value: number, least = 1): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new Error(`The ${what} is ${shown(value)}; right is a whole number from ${least}.`);
}

/** @throws unless it is a number above zero, and not above `most` */
export function positive(what: string, value: number, most = Infinity): void {
  if (typeof value === 'number' && value > 0 && value <= most && Number.isFinite(value)) return;
  throw new Error(
    `The ${what} is ${shown(value)}; right is a number above 0${most < Infinity ? `, up to ${most}` : ''}.`,
  );
}

/**
 * The two ways to say how deep: `resnet(50, { classes: 10 })` and `resnet({ depth: 50, classes: 10 })`.
 * @throws when one call does both
 */
export function withDepth<Options extends { depth?: unknown }>(
  first: Options['depth'] | Options | undefined,
  options: Options,
): Options {
  if (typeof first === 'object' && first !== null) return { ...options, ...(first as Options) };
  if (first === undefined) return options;
  if (options.depth === undefined || options.depth === first) return { ...options, depth: first };
  throw new Error(`The depth is given as ${shown(first)} and as ${shown(options.depth)}; right is one of them.`);
}

function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
