/**
 * The files that networks and operations are compared with: PyTorch's answers for weights and inputs that `generator.ts`
 * makes anew. There are two kinds: one network's logits, and a list of single techniques and training steps.
 */
import fs from 'node:fs';
import { uniform } from './generator';

/** The file cannot be read as one of the two kinds; the message names it and the field. */
export class ReferenceFileError extends Error {
  override name = 'ReferenceFileError';
}

export type ShapeNCHW = [batch: number, channels: number, height: number, width: number];

/** One network in evaluation mode. */
export interface LogitsReference {
  kind: 'logits';
  file: string;
  /** torchvision's name; with 'timm/' in front, timm's. */
  model: string;
  seed: number;
  inputShape: ShapeNCHW;
  parameters: number;
  stateDict: Map<string, readonly number[]>;
  logits: Float64Array;
}

/** One training step of a network, without dropout. */
export interface TrainStepReference {
  file: string;
  field: string;
  model: string;
  seed: number;
  batch: number;
  size: number;
  input: { name: string; scale: number };
  labels: number[];
  auxiliaryWeight: number;
  loss: number;
  /** The Euclidean norm of each parameter's gradient. */
  gradientNorms: Map<string, number>;
}

export interface OperationsReference {
  kind: 'operations';
  file: string;
  seed: number;
  cases: Fields[];
  trainSteps: TrainStepReference[];
}

/** Numbers in PyTorch's order. */
export interface Expected {
  shape: number[];
  values: Float64Array;
}

/** @throws ReferenceFileError */
export function readReference(file: string): LogitsReference | OperationsReference {
  const fields = new Fields(file, '', parse(file));
  if (fields.has('cases') || fields.has('trainSteps')) return readOperations(file, fields);
  if (['model', 'stateDict', 'logits', 'inputShapeNCHW'].some(name => fields.has(name)))
    return readLogits(file, fields);
  throw new ReferenceFileError(
    `${file} is no reference file: it has neither the fields model, stateDict and logits nor cases and trainSteps.`,
  );
}

function parse(file: string): unknown {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' }[code ?? ''] ?? code;
    throw new ReferenceFileError(`${file} cannot be read: ${reason}.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ReferenceFileError(`${file} is not JSON: ${(error as Error).message.replace(/\s+/g, ' ')}.`);
  }
}

function readLogits(file: string, fields: Fields): LogitsReference {
  const inputShape = fields.counts('inputShapeNCHW') as ShapeNCHW;
  if (inputShape.length !== 4 || inputShape.includes(0)) {
    throw fields.wrong('inputShapeNCHW', 'four whole numbers from 1: batch, channels, height, width');
  }
  const logits = fields.numbers('logits');
  if (logits.length === 0 || logits.length % inputShape[0] !== 0) {
    throw fields.wrong('logits', `as many numbers for each of the ${inputShape[0]} pictures`);
  }
  const shapes = fields.fields('stateDict');
  return {
    kind: 'logits',
    file,
    model: fields.text('model'),
    seed: fields.integer('seed'),
    inputShape,
    parameters: fields.count('parameters'),
    stateDict: new Map(shapes.names.map(name => [name, shapes.counts(name)])),
    logits,
  };
}

function readOperations(file: string, fields: Fields): OperationsReference {
  const seed = fields.integer('seed');
  return {
    kind: 'operations',
    file,
    seed,
    cases: fields.list('cases'),
    trainSteps: fields.list('trainSteps').map(step => readTrainStep(file, seed, step)),
  };
}

function readTrainStep(file: string, seed: number, step: Fields): TrainStepReference {
  if (step.number('dropout') !== 0) throw step.wrong('dropout', '0, as nobody can draw the same units');
  const [batch, labels] = [step.count('batch'), step.counts('labels')];
  if (labels.length !== batch) throw step.wrong('labels', `one whole number for each of the ${batch} pictures`);
  const [input, norms] = [step.fields('input'), step.fields('gradL2')];
  return {
    file,
    field: step.path,
    model: step.text('model'),
    seed,
    batch,
    size: step.count('size'),
    input: { name: input.text('name'), scale: input.number('scale') },
    labels,
    auxiliaryWeight: step.has('auxWeight') ? step.number('auxWeight') : 0,
    loss: step.number('loss'),
    gradientNorms: new Map(norms.names.map(name => [name, norms.number(name)])),
  };
}

/** An object of a reference file, read field by field. Every method throws a ReferenceFileError that names the field. */
export class Fields {
  private readonly values: Record<string, unknown>;

  /** @param path where in the file the object is, such as `cases[3]`; empty for the whole */
  constructor(
    readonly file: string,
    readonly path: string,
    value: unknown,
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ReferenceFileError(`${file}: ${path || 'the whole'} is ${shown(value)}; expected an object.`);
    }
    this.values = value as Record<string, unknown>;
  }

  get names(): string[] {
    return Object.keys(this.values);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.values, name);
  }

  text(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value : this.refuse(name, 'a text');
  }

  number(name: string): number {
    const value = this.get(name);
    return isNumber(value) ? value : this.refuse(name, 'a number');
  }

  integer(name: string): number {
    const value = this.get(name);
    return Number.isSafeInteger(value) ? (value as number) : this.refuse(name, 'a whole number');
  }

  count(name: string): number {
    const value = this.get(name);
    return isCount(value) && value > 0 ? value : this.refuse(name, 'a whole number from 1');
  }

  counts(name: string): number[] {
    const value = this.get(name);
    return Array.isArray(value) && value.every(isCount) ? value : this.refuse(name, 'a list of whole numbers from 0');
  }

  numbers(name: string, count?: number): Float64Array {
    const value = this.get(name);
    if (!Array.isArray(value) || !value.every(isNumber)) return this.refuse(name, 'a list of numbers');
    if (count !== undefined && value.length !== count) return this.refuse(name, `a list of ${count} numbers`);
    return Float64Array.from(value);
  }

  /** Rows of numbers, each of this length. */
  matrix(name: string, rows: number, columns: number): number[][] {
    const value = this.get(name);
    const isRow = (row: unknown): row is number[] =>
      Array.isArray(row) && row.length === columns && row.every(isNumber);
    return Array.isArray(value) && value.length === rows && value.every(isRow)
      ? value
      : this.refuse(name, `${rows} rows of ${columns} numbers`);
  }

  fields(name: string): Fields {
    return new Fields(this.file, this.at(name), this.get(name));
  }

  list(name: string): Fields[] {
    const value = this.get(name);
    if (!Array.isArray(value)) return this.refuse(name, 'a list');
    return value.map((entry, i) => new Fields(this.file, `${this.at(name)}[${i}]`, entry));
  }

  /** `{ shape, values }` */
  expected(name: string, rank?: number): Expected {
    const field = this.fields(name);
    const shape = field.shape(rank);
    return { shape, values: field.numbers('values', product(shape)) };
  }

  /** `{ name, shape, scale }`: the numbers that the generator gives for it. `shape` is for a field that has none. */
  generated(name: string, seed: number, { rank, shape }: { rank?: number; shape?: number[] } = {}): Expected {
    const field = this.fields(name);
    const own = shape && !field.has('shape') ? shape : field.shape(rank);
    const scale = field.number('scale');
    return { shape: own, values: uniform(seed, field.text('name'), product(own)).map(u => (2 * u - 1) * scale) };
  }

  wrong(name: string, right: string): ReferenceFileError {
    return new ReferenceFileError(`${this.file}: ${this.at(name)} is ${shown(this.values[name])}; expected ${right}.`);
  }

  private shape(rank?: number): number[] {
    const shape = this.counts('shape');
    if (rank !== undefined && shape.length !== rank) throw this.wrong('shape', `a list of ${rank} whole numbers`);
    return shape;
  }

  private get(name: string): unknown {
    if (this.has(name)) return this.values[name];
    throw new ReferenceFileError(`${this.file}: the field ${this.at(name)} is missing.`);
  }

  private at(name: string): string {
    return this.path ? `${this.path}.${name}` : name;
  }

  private refuse(name: string, right: string): never {
    throw this.wrong(name, right);
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
