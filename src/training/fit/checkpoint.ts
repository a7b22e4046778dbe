/** The file of a run: a .safetensors file with what the run is made of and its state, in JSON, among its metadata. */
import { readSafetensorsFile, writeSafetensors } from '../../weights/safetensors';
import { refuseNotFinite, type TorchTensor } from '../../weights/stateDict';

export interface Checkpoint {
  /** What must be the same for a run to go on: a value for each thing. */
  run: Record<string, string | number | boolean>;
  /** The state beside the arrays, in JSON. */
  state: Record<string, unknown>;
  arrays: Map<string, TorchTensor>;
}

/** Writes the file so that at every moment, also after a power cut, either the old or the new one is there whole. */
export function writeCheckpoint(file: string, { run, state, arrays }: Checkpoint): void {
  writeSafetensors(file, arrays, { run: JSON.stringify(run), state: JSON.stringify(state) });
}

/** @throws when the file is no checkpoint, not as it was written, or has numbers that are none */
export function readCheckpoint(file: string): Checkpoint {
  const { tensors, metadata, isVerified } = readSafetensorsFile(file);
  const { run, state } = metadata;
  if (!isVerified || run === undefined || state === undefined) {
    throw new Error(
      `${file} is no checkpoint of a training run; expected a file that the option checkpoint of fit made.`,
    );
  }
  for (const [name, { data }] of tensors) refuseNotFinite(`${file}: ${name}`, data);
  return { run: JSON.parse(run), state: JSON.parse(state), arrays: tensors };
}

/** @throws when the checkpoint in `file` is of another run, naming the first thing that differs */
export function refuseForeign(file: string, theirs: Checkpoint['run'], ours: Checkpoint['run']): void {
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    if (theirs[key] === ours[key]) continue;
    throw new Error(`${file} is of another run: its ${key} is ${theirs[key]}, and here it is ${ours[key]}.`);
  }
}
