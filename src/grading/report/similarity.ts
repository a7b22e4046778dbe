/**
 * Which submissions share more than they should: Dolos's winnowed fingerprints (Schleimer, Wilkerson and Aiken 2003)
 * over TypeScript's own tokens. Names, texts and comments do not count, and neither does what was handed out.
 */
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { ROOT } from '../../node/root';
import ts from 'typescript';
import type { FingerprintIndex, TokenizedFile } from '@dodona/dolos-core';
import { html, page } from './html';

export interface Similar {
  exercise: string;
  students: [string, string];
  /** Share of the fingerprints of both that they have in common, 0 to 1. */
  similarity: number;
  /** Lines of the longest common piece in each. */
  lines: [[number, number], [number, number]];
}

/** Tokens in a fingerprint, and fingerprints in a window, of which the smallest hash is kept. */
const KGRAM = 17;
const WINDOW = 11;
/** Below this, two solutions of a small exercise are alike by themselves. */
const LEAST = 0.6;
const MOST_PAIRS = 200;

type Dolos = typeof import('@dodona/dolos-core');

/** Dolos is an ES module, and what is compiled to CommonJS may not say `import()` of one. */
const load = new Function('url', 'return import(url)') as (url: string) => Promise<Dolos>;
const DOLOS = path.join(ROOT, 'node_modules', '@dodona', 'dolos-core', 'dist', 'index.js');

export interface Work {
  student: string;
  exercise: string;
  source?: string;
}

/** The pairs of students with much in common, the most alike first. `stub` is what everyone was given. */
export async function similarities(works: Work[], stub: (exercise: string) => string | undefined): Promise<Similar[]> {
  const dolos = await load(pathToFileURL(DOLOS).href);
  const exercises = [...new Set(works.map(({ exercise }) => exercise))];
  const found = exercises.flatMap(exercise => {
    const given = stub(exercise);
    const own = works.filter(work => work.exercise === exercise && work.source && work.source.trim() !== given?.trim());
    return similarIn(dolos, exercise, own, given);
  });
  return found.sort((a, b) => b.similarity - a.similarity).slice(0, MOST_PAIRS);
}

function similarIn(dolos: Dolos, exercise: string, works: Work[], given?: string): Similar[] {
  const index: FingerprintIndex = new dolos.FingerprintIndex(KGRAM, WINDOW);
  if (given) index.addIgnoredFile(tokenized(dolos, '', given));
  const files = works.map(({ student, source }) => tokenized(dolos, student, source!));
  index.addFiles(files);
  // Only pairs that share anything: a class has half a million others.
  const together = new Map<string, number>();
  for (const fingerprint of index.sharedFingerprints()) {
    const places = [...fingerprint.files()].map(file => files.indexOf(file)).filter(i => i >= 0);
    // What many have written is no sign of anything.
    if (places.length > Math.max(10, works.length / 2)) continue;
    for (const a of places)
      for (const b of places) if (a < b) together.set(`${a} ${b}`, (together.get(`${a} ${b}`) ?? 0) + 1);
  }
  return [...together.keys()].flatMap((key): Similar[] => {
    const [left, right] = key.split(' ').map(i => files[Number(i)]);
    const pair = index.getPair(left, right);
    if (pair.similarity < LEAST) return [];
    const longest = pair.buildFragments().sort((a, b) => b.pairs.length - a.pairs.length)[0];
    const lines = (region?: { startRow: number; endRow: number }): [number, number] =>
      region ? [region.startRow + 1, region.endRow + 1] : [1, 1];
    return [
      {
        ...{ exercise, students: [left.path, right.path], similarity: pair.similarity },
        lines: [lines(longest?.leftSelection), lines(longest?.rightSelection)],
      },
    ];
  });
}

/** A source as Dolos takes it: the kind of each token, and where it stands. */
function tokenized(dolos: Dolos, student: string, source: string): TokenizedFile {
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.ES2022);
  const tokens: string[] = [];
  const regions: InstanceType<Dolos['Region']>[] = [];
  const at = (position: number) => file.getLineAndCharacterOfPosition(position);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    const children = node.getChildren(file);
    if (children.length === 0 && node.kind !== ts.SyntaxKind.EndOfFileToken) {
      const [from, to] = [at(node.getStart(file)), at(node.getEnd())];
      tokens.push(ts.SyntaxKind[node.kind]);
      regions.push(new dolos.Region(from.line, from.character, to.line, to.character));
    }
    children.forEach(visit);
  };
  visit(file);
  return new dolos.TokenizedFile(new dolos.File(student, source), tokens, regions);
}

/** For the instructor: a list to look into, and no verdict. */
export function similarityPage(similar: Similar[]): string {
  const range = ([from, to]: [number, number]): string => (from === to ? `line ${from}` : `lines ${from} to ${to}`);
  return page(
    'Similar work',
    html`<h1>Similar work</h1>
      <p>
        Pairs that share at least ${100 * LEAST} % of their structure beyond what was handed out; names and comments do
        not count. Short exercises have few solutions: look at both before you judge.
      </p>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>Exercise</th>
              <th>Student</th>
              <th>Student</th>
              <th class="number">Alike</th>
              <th>Longest common piece</th>
            </tr>
          </thead>
          <tbody>
            ${similar.map(
              ({ exercise, students, similarity, lines }) =>
                html`<tr>
                  <td>${exercise}</td>
                  <td>${students[0]}</td>
                  <td>${students[1]}</td>
                  <td class="number">${(100 * similarity).toFixed(0)} %</td>
                  <td>${range(lines[0])} and ${range(lines[1])}</td>
                </tr> `,
            )}
          </tbody>
        </table>
      </div>`,
  );
}
