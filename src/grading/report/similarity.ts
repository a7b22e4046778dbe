/**
 * Which submissions share more than they should: Dolos's winnowed fingerprints (Schleimer, Wilkerson and Aiken 2003)
 * over TypeScript's own tokens. Names, texts and comments do not count, and neither does what was handed out.
 */
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import type { Hash } from '@dodona/dolos-core';
import { sha256 } from '../../node/files';
import { ROOT } from '../../node/root';
import { type Tokens, tokensOf } from './tokens';

/** Tokens in a fingerprint, and fingerprints in a window, of which the smallest hash is kept. */
export const KGRAM = 17;
export const WINDOW = 11;
/** Below this, two solutions of a small exercise are alike by themselves. */
export const LEAST = 0.6;
/** From this on, the smaller work is in the larger one, whatever else that one holds. */
export const LEAST_CONTAINED = 0.8;
/** Pairs of one exercise in a file; groups are made of all. */
export const MOST_LISTED = 50_000;

export interface Work {
  student: string;
  exercise: string;
  source?: string;
}

export interface Fingerprint {
  hash: number;
  /** Its first and its last token. */
  start: number;
  stop: number;
}

/** A submission as it is compared. */
export interface Print {
  student: string;
  source: string;
  tokens: Tokens;
  fingerprints: Fingerprint[];
  /** The hashes of its fingerprints, without those of what was handed out. */
  own: Set<number>;
  /** Equal for two works exactly if all their tokens are. */
  key: string;
}

export interface Pair {
  exercise: string;
  left: Print;
  right: Print;
  /** The same but for spaces, comments and semicolons. */
  isIdentical: boolean;
  /** Number of different fingerprints that both have. */
  common: number;
  /** Share of the fingerprints of both that they have in common, 0 to 1. */
  similarity: number;
  /** Share of the fingerprints of the one that has fewer, 0 to 1: text added to a copy does not lower it. */
  contained: number;
}

export interface Group {
  exercise: string;
  /** Each is alike to at least one other. */
  students: string[];
  /** That of the two that are most alike. */
  similarity: number;
}

/** The works of one exercise, compared. */
export interface Comparison {
  exercise: string;
  prints: Print[];
  given?: Print;
  /** The hashes that were handed out. */
  ignored: Set<number>;
  /** The pairs that share anything. Of identical works, the first stands for the others here, beside its pairs with them. */
  sharing: Pair[];
  /** Those of them that are alike. */
  pairs: Pair[];
  groups: Group[];
  /** What was not compared, or not in full, and why: one sentence each. */
  notes: string[];
}

type Dolos = typeof import('@dodona/dolos-core');

/** Dolos is an ES module, and what is compiled to CommonJS may not say `import()` of one. */
const load = new Function('url', 'return import(url)') as (url: string) => Promise<Dolos>;
const DOLOS = path.join(ROOT, 'node_modules', '@dodona', 'dolos-core', 'dist', 'index.js');

/** Compares the works of each exercise. `given` is what everyone was given. */
export async function similarities(
  works: Work[],
  given: (exercise: string) => string | undefined,
): Promise<Comparison[]> {
  const dolos = await load(pathToFileURL(DOLOS).href);
  const winnow = new dolos.WinnowFilter(KGRAM, WINDOW);
  const every = new dolos.WinnowFilter(KGRAM, 1);
  const exercises = [...new Set(works.map(({ exercise }) => exercise))];
  return exercises.map(exercise =>
    compare(
      exercise,
      works.filter(work => work.exercise === exercise && work.source !== undefined),
      given(exercise),
      tokens => winnow.fingerprints(tokens),
      tokens => every.fingerprints(tokens),
    ),
  );
}

type Filter = (tokens: string[]) => (Fingerprint & { hash: Hash })[];

function compare(
  exercise: string,
  works: Work[],
  givenSource: string | undefined,
  winnow: Filter,
  every: Filter,
): Comparison {
  const notes: string[] = [];
  const ignored = new Set<number>();
  const print = (student: string, source: string): Print => {
    let tokens: Tokens = { kinds: [], starts: [], ends: [] };
    let key = sha256(source.replace(/\s+/g, ' '));
    try {
      const { isGuessed, ...found } = tokensOf(source);
      tokens = found;
      if (tokens.kinds.length) key = keyOf(source, found);
      if (isGuessed)
        notes.push(`${student}'s ${exercise} cannot be parsed, so it is compared by its tokens alone: look at it.`);
    } catch (error) {
      const { message } = error as Error;
      notes.push(`${student}'s ${exercise} cannot be read, so only an identical file is found: ${message}.`);
    }
    const fingerprints = winnow(tokens.kinds);
    const own = new Set(fingerprints.map(({ hash }) => hash).filter(hash => !ignored.has(hash)));
    return { student, source, tokens, fingerprints, own, key };
  };
  const given = givenSource === undefined ? undefined : print('', givenSource);
  if (given) for (const { hash } of every(given.tokens.kinds)) ignored.add(hash);
  const all = works.map(({ student, source }) => print(student, source!));
  const isUntouched = ({ source, tokens, key, own }: Print): boolean =>
    source.trim() === '' ||
    key === given?.key ||
    (own.size === 0 && tokens.kinds.length >= KGRAM && every(tokens.kinds).every(({ hash }) => ignored.has(hash)));
  const prints = all.filter(one => !isUntouched(one));
  const untouched = counted(all.length - prints.length);
  if (prints.length < all.length)
    notes.push(`${untouched} of ${exercise} hold only what was handed out, so nothing in them is compared.`);
  const small = prints.filter(({ own }) => own.size === 0);
  if (small.length)
    notes.push(
      `${counted(small.length)} of ${exercise} have too little of their own for a fingerprint of ${KGRAM} tokens, so only identical ones are found: ` +
        `${small.map(({ student }) => student).join(', ')}.`,
    );
  const sharing = sharingPairs(exercise, prints).sort(byLikeness);
  if (sharing.length > MOST_LISTED)
    notes.push(
      `${exercise} has ${sharing.length} pairs that share anything, of which the ${MOST_LISTED} most alike are listed; ` +
        'the groups are of all.',
    );
  const pairs = sharing.filter(
    pair => pair.isIdentical || pair.similarity >= LEAST || pair.contained >= LEAST_CONTAINED,
  );
  return { exercise, prints, given, ignored, sharing, pairs, groups: groupsOf(exercise, pairs), notes };
}

const byLikeness = (a: Pair, b: Pair): number =>
  Number(b.isIdentical) - Number(a.isIdentical) || b.similarity + b.contained - a.similarity - a.contained;

const counted = (count: number): string => `${count} ${count === 1 ? 'submission' : 'submissions'}`;

function keyOf(source: string, { kinds, starts, ends }: Tokens): string {
  return sha256(kinds.map((kind, i) => `${kind} ${source.slice(starts[i], ends[i])}`).join('\0'));
}

/** The pairs that share a fingerprint, found by an index of them, and of identical works the first with each other one. */
function sharingPairs(exercise: string, prints: Print[]): Pair[] {
  const pairs: Pair[] = [];
  const firsts = new Map<string, Print>();
  const index = new Map<number, Print[]>();
  for (const right of prints) {
    const same = firsts.get(right.key);
    if (same) {
      const left = same;
      pairs.push({ exercise, left, right, isIdentical: true, common: left.own.size, similarity: 1, contained: 1 });
      continue;
    }
    firsts.set(right.key, right);
    const together = new Map<Print, number>();
    for (const hash of right.own) {
      const others = index.get(hash) ?? [];
      for (const left of others) together.set(left, (together.get(left) ?? 0) + 1);
      others.push(right);
      index.set(hash, others);
    }
    for (const [left, common] of together) {
      const similarity = (2 * common) / (left.own.size + right.own.size);
      const contained = common / Math.min(left.own.size, right.own.size);
      pairs.push({ exercise, left, right, isIdentical: false, common, similarity, contained });
    }
  }
  return pairs;
}

/** Who hangs together by pairs, the largest group first. */
function groupsOf(exercise: string, pairs: Pair[]): Group[] {
  const leader = new Map<Print, Print>();
  const find = (print: Print): Print => {
    let top = print;
    for (let next = leader.get(top); next && next !== top; next = leader.get(top)) {
      // The way is shortened for the next search.
      leader.set(top, leader.get(next) ?? next);
      top = next;
    }
    return top;
  };
  for (const { left, right } of pairs) leader.set(find(left), find(right));
  const members = new Map<Print, Group & { prints: Set<Print> }>();
  for (const { left, right, similarity } of pairs) {
    const top = find(left);
    const group = members.get(top) ?? { exercise, students: [], similarity: 0, prints: new Set() };
    members.set(top, group);
    group.prints.add(left).add(right);
    group.similarity = Math.max(group.similarity, similarity);
  }
  return [...members.values()]
    .map(({ prints, similarity }) => ({ exercise, students: [...prints].map(({ student }) => student), similarity }))
    .sort((a, b) => b.students.length - a.students.length);
}

/** The pieces of each source that the other one has too, as ranges of characters in ascending order. */
export function sharedRanges({ left, right, isIdentical }: Pair): [left: Range[], right: Range[]] {
  const of = (print: Print, other: Print): Range[] => {
    if (isIdentical) return [[0, print.source.length]];
    const { starts, ends } = print.tokens;
    const ranges: Range[] = [];
    for (const { hash, start, stop } of print.fingerprints) {
      if (!print.own.has(hash) || !other.own.has(hash)) continue;
      const last = ranges[ranges.length - 1];
      if (last && starts[start] <= last[1]) last[1] = Math.max(last[1], ends[stop]);
      else ranges.push([starts[start], ends[stop]]);
    }
    return ranges;
  };
  return [of(left, right), of(right, left)];
}

export type Range = [from: number, to: number];

/** The text of similarity.json, in pieces: hostile works may make it longer than a string can be. */
export function* similarityJson(comparisons: Comparison[]): Iterable<string> {
  const json = (value: unknown): string => JSON.stringify(value);
  yield `{"least": ${json({ similarity: LEAST, contained: LEAST_CONTAINED })},\n`;
  const lines = (values: unknown[]): string => `[\n${values.map(json).join(',\n')}\n]`;
  yield `"notes": ${lines(comparisons.flatMap(({ notes }) => notes))},\n`;
  yield `"groups": ${lines(comparisons.flatMap(({ groups }) => groups))},\n"pairs": [`;
  let between = '\n';
  for (const pair of comparisons.flatMap(({ pairs }) => pairs.slice(0, MOST_LISTED))) {
    const { exercise, left, right, isIdentical, similarity, contained } = pair;
    const [ofLeft, ofRight] = sharedRanges(pair);
    yield (
      between +
      json({
        ...{ exercise, students: [left.student, right.student], isIdentical, similarity, contained },
        lines: [linesOf(left.source, ofLeft), linesOf(right.source, ofRight)],
      })
    );
    between = ',\n';
  }
  yield '\n]}\n';
}

/** The lines of ranges of characters, counted from 1. */
function linesOf(source: string, ranges: Range[]): Range[] {
  let [line, end] = [1, source.indexOf('\n')];
  const lineAt = (position: number): number => {
    for (; end >= 0 && end < position; line++) end = source.indexOf('\n', end + 1);
    return line;
  };
  return ranges.map(([from, to]) => [lineAt(from), lineAt(to)]);
}
