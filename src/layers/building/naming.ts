/**
 * Names of layers: the scopes they are in, then their kind, then a number where one kind comes again. The same network
 * gets the same names in every build, as nothing is counted beyond the model being built.
 */
interface Building {
  model: string;
  seed: number;
  scopes: string[];
  /** The network's block that is being applied, from 1 on. */
  row?: number;
  used: Map<string, number>;
  torchScopes: string[];
  torchNames: Map<string, string>;
}

const stack: Building[] = [];

export function beginModel(model: string, seed: number): void {
  stack.push({ model, seed, scopes: [], used: new Map(), torchScopes: [], torchNames: new Map() });
}

/** Ends the model and returns PyTorch's names of its layers with weights. */
export function endModel(): Map<string, string> {
  return stack.pop()!.torchNames;
}

export function inScope<T>(name: string, build: () => T): T {
  const { scopes } = building();
  scopes.push(name);
  try {
    return build();
  } finally {
    scopes.pop();
  }
}

/** Builds the network's `row`-th block. */
export function atRow<T>(row: number, build: () => T): T {
  building().row = row;
  return build();
}

/** Where in the network the building is, for a sentence: ` (row 3, block 1)`; nothing outside of rows and scopes. */
export function placeInNetwork(): string {
  const { row, scopes } = building();
  const places = scopes.map(scope => (/^\d+$/.test(scope) ? `block ${scope}` : scope));
  if (row !== undefined) places.unshift(`row ${row}`);
  return places.length ? ` (${places.join(', ')})` : '';
}

/** The full name for a layer of this kind here: `conv2/1/bn`, and `conv2/1/bn_2` if the scope has a second one. */
export function layerName(kind: string): string {
  const { scopes, used } = building();
  const name = [...scopes, kind].join('/');
  const count = (used.get(name) ?? 0) + 1;
  used.set(name, count);
  return count === 1 ? name : `${name}_${count}`;
}

/** As `layerName`, for a layer with weights: notes what PyTorch's model calls it, scopes and own name joined by dots. */
export function parameterName(kind: string, torch?: string): string {
  const name = layerName(kind);
  const { torchScopes, torchNames } = building();
  const path = torch === undefined ? torchScopes : [...torchScopes, torch];
  if (path.length > 0) torchNames.set(name, path.join('.'));
  return name;
}

export function inTorchScope<T>(name: string, build: () => T): T {
  const { torchScopes } = building();
  torchScopes.push(name);
  try {
    return build();
  } finally {
    torchScopes.pop();
  }
}

/** The seed of the model being built; undefined outside, where a saved model is being loaded. */
export function modelSeed(): number | undefined {
  return stack.at(-1)?.seed;
}

function building(): Building {
  const current = stack.at(-1);
  if (!current) throw new Error('A block was applied outside of `model(...)`; call it from the body of a model.');
  return current;
}
