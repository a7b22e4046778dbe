/** The comparison of one exercise as the folder of CSV files that `dolos run --output-format csv` writes and `dolos serve` shows. */
import { csv } from './exports';
import { type Comparison, KGRAM, MOST_LISTED, type Print, WINDOW } from './similarity';

type Row = (string | number)[];

/** A fingerprint that repeats more often in one file is marked as ignored: Dolos's viewer pairs all its places. */
const MOST_REPEATED = 100;

/** What Dolos's command line writes of its options. */
const OPTIONS: Row[] = [
  ['language', 'typescript', 'string'],
  ['languageDetected', 'false', 'boolean'],
  ['kgramLength', KGRAM, 'number'],
  ['kgramsInWindow', WINDOW, 'number'],
  ['kgramData', 'false', 'boolean'],
  ['includeComments', 'false', 'boolean'],
  ['minFragmentLength', 0, 'number'],
  ['minSimilarity', 0, 'number'],
  ...['maxFingerprintCount', 'maxFingerprintPercentage', 'limitResults'].map(name => [name, 'null', 'object']),
  ['sortBy', 'total', 'string'],
  ['fragmentSortBy', 'none', 'string'],
  ['warnings', '', 'object'],
];

/** The content of each file in pieces, by its name. */
export function dolosReport({
  exercise,
  prints,
  given,
  ignored,
  sharing,
}: Comparison): Record<string, Iterable<string>> {
  const ids = new Map(prints.map((print, id) => [print, id]));
  const pathOf = ({ student }: Print): string => `${student}/${exercise}.ts`;
  const file = (print: Print, id: number): Row => [
    ...[id, String(print === given), print === given ? `${exercise}.ts` : pathOf(print), print.source],
    ...[print.fingerprints.length, JSON.stringify(print.tokens.kinds), JSON.stringify(regions(print)), '{}'],
  ];
  const holders = new Map<number, number[]>();
  for (const [print, id] of ids) {
    for (const { hash } of print.fingerprints) {
      const known = holders.get(hash) ?? [];
      holders.set(hash, known);
      if (known[known.length - 1] !== id) known.push(id);
    }
  }
  const hidden = new Set([...ignored, ...prints.flatMap(repeated)]);
  return {
    'metadata.csv': [
      csv([
        ['property', 'value', 'type'],
        ['reportName', exercise, 'string'],
        ['createdAt', new Date().toISOString(), 'string'],
        ...OPTIONS,
      ]),
    ],
    'files.csv': rowsOf([
      ['id', 'ignored', 'path', 'content', 'amountOfKgrams', 'ast', 'mapping', 'extra'],
      ...prints.map((print, id) => () => file(print, id)),
      ...(given ? [() => file(given, prints.length)] : []),
    ]),
    'kgrams.csv': [
      csv([
        ['id', 'hash', 'ignored', 'data', 'files'],
        ...[...holders].map(([hash, ids], id) => [id, hash, String(hidden.has(hash)), undefined, JSON.stringify(ids)]),
      ]),
    ],
    'pairs.csv': [
      csv([
        [
          ...['id', 'leftFileId', 'leftFilePath', 'rightFileId', 'rightFilePath', 'similarity'],
          ...['totalOverlap', 'longestFragment', 'leftCovered', 'rightCovered'],
        ],
        ...sharing.slice(0, MOST_LISTED).map(({ left, right, similarity }, id) => {
          const [ofLeft, ofRight] = [sharedBy(left, right), sharedBy(right, left)];
          return [
            ...[id, ids.get(left), pathOf(left), ids.get(right), pathOf(right), similarity],
            ...[ofLeft.count + ofRight.count, Math.min(ofLeft.longest, ofRight.longest), ofLeft.count, ofRight.count],
          ];
        }),
      ]),
    ],
  };
}

/** Rows made one by one: those of hostile works together may be longer than a string can be. */
function* rowsOf(rows: (Row | (() => Row))[]): Iterable<string> {
  for (const row of rows) yield csv([typeof row === 'function' ? row() : row]);
}

/** How many of a work's fingerprints another one has, and the most in a row. */
function sharedBy({ fingerprints, own }: Print, other: Print): { count: number; longest: number } {
  let [count, longest, run] = [0, 0, 0];
  for (const { hash } of fingerprints) {
    run = own.has(hash) && other.own.has(hash) ? run + 1 : 0;
    if (run) count++;
    longest = Math.max(longest, run);
  }
  return { count, longest };
}

function repeated({ fingerprints }: Print): number[] {
  const times = new Map<number, number>();
  for (const { hash } of fingerprints) times.set(hash, (times.get(hash) ?? 0) + 1);
  return [...times].filter(([, count]) => count > MOST_REPEATED).map(([hash]) => hash);
}

/** Where each token stands, in rows and columns from 0. */
function regions({ source, tokens: { starts, ends } }: Print): object[] {
  const lines = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  let row = 0;
  const place = (position: number): [row: number, column: number] => {
    while (lines[row + 1] <= position) row++;
    return [row, position - lines[row]];
  };
  return starts.map((start, i) => {
    const [startRow, startCol] = place(start);
    const [endRow, endCol] = place(ends[i]);
    return { startRow, startCol, endRow, endCol };
  });
}
