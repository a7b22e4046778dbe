/** The files of `npm run grade -- --similarity`. */
import fs from 'node:fs';
import path from 'node:path';
import { exported, parse } from '../../harness/declarations';
import { writeWhole } from '../../node/files';
import type { Collected } from '../collect/collect';
import { dolosReport } from './dolos';
import { similarities, similarityJson } from './similarity';
import { similarityPage } from './similarityPage';

/**
 * Compares what was handed in, and writes similarity.json, similarity.html and, for Dolos's viewer, a folder
 * dolos/EXERCISE below `out`.
 * @returns what to tell on the terminal
 */
export async function writeSimilarity(
  collected: Collected[],
  stub: (exercise: string) => string | undefined,
  out: string,
): Promise<string[]> {
  const works = collected.map(({ student, exercise, source, work }) => ({
    ...{ student, exercise },
    source: source === undefined ? undefined : [source, ...Object.values(work?.files ?? {})].join('\n'),
  }));
  const comparisons = await similarities(works, exercise => handedOut(exercise, stub(exercise)));
  writeWhole(path.join(out, 'similarity.json'), similarityJson(comparisons));
  writeWhole(path.join(out, 'similarity.html'), similarityPage(comparisons));
  fs.rmSync(path.join(out, 'dolos'), { recursive: true, force: true });
  for (const comparison of comparisons)
    for (const [name, text] of Object.entries(dolosReport(comparison)))
      writeWhole(path.join(out, 'dolos', comparison.exercise, name), text);
  const groups = comparisons.flatMap(comparison => comparison.groups);
  const alike = groups.reduce((sum, { students }) => sum + students.length, 0);
  const notes = comparisons.flatMap(comparison => comparison.notes);
  const count = groups.length === 1 ? '1 group' : `${groups.length} groups`;
  return [`${alike} submissions are alike, in ${count}: see similarity.html.`, ...notes];
}

/** The stub, and the cell that checks it, as notebooks have it. */
function handedOut(exercise: string, stub?: string): string | undefined {
  if (stub === undefined) return undefined;
  const names = exported(parse(stub)).join(', ');
  return `${stub}\nimport { check } from 'cnn-kit/dist/course/check';\nawait check('${exercise}', { ${names} });`;
}
