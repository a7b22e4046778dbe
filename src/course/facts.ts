/** What each exercise is worth, how long it takes and what it asks for: written in the solutions, generated into exercises.json. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../node/root';

export interface Facts {
  points: number;
  /** About how long it takes, in minutes. */
  minutes: number;
  /** 1 to 3. */
  difficulty: number;
  /** The functions that students write. */
  functions: string[];
  /** All that its file declares, as a declaration file. */
  types: string;
}

export const FACTS_FILE = 'src/course/exercises.json';

/** The facts of all exercises of the kit in `root`, by name. */
export function factsOf(root = ROOT): Record<string, Facts> {
  return JSON.parse(fs.readFileSync(path.join(root, FACTS_FILE), 'utf8')) as Record<string, Facts>;
}
