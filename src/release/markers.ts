import { editDistance } from '../base/options';

const BEGIN = /^\s*(\/\/|<!--) BEGIN INSTRUCTOR( -->)?$/;
const END = /^\s*(\/\/|<!--) END INSTRUCTOR( -->)?$/;
/** In one line of a table. */
const LINE = /<!-- INSTRUCTOR -->/;

const MARKERS = ['BEGIN SOLUTION', 'END SOLUTION', 'BEGIN INSTRUCTOR', 'END INSTRUCTOR'];
const COMMENT = /(?:\/\/+|<!--|\/\*+|#+)\s*([A-Za-z]+)[\s_:-]*([A-Za-z]*)/g;
const EXACT =
  /^\s*(?:\/\/ BEGIN SOLUTION: .*\S|\/\/ END SOLUTION|\/\/ (?:BEGIN|END) INSTRUCTOR|<!-- (?:BEGIN|END) INSTRUCTOR -->)$/;

/** Whether a word is another one but for the case and at most two letters, and begins as it does. */
export function isNearly(word: string, known: string): boolean {
  const [a, b] = [word.toUpperCase(), known.toUpperCase()];
  return a[0] === b[0] && editDistance(a, b) <= 2;
}

/**
 * Refuses comments that were meant for markers of solutions or instructors and are none: misspelt, in another case or
 * with other spaces. In a solution any comment counts, elsewhere one that has its line to itself.
 * @throws one sentence with file and line
 */
export function refuseNearMarkers(text: string, name: string, inSolution = false): void {
  text.split('\n').forEach((line, i) => {
    const refuse = (expected: string): never => {
      throw new Error(`${name}:${i + 1} has ${JSON.stringify(line.trim())}, nearly a marker; expected ${expected}.`);
    };
    if (inSolution && /your[\s_-]*code[\s_-]*here/i.test(line))
      refuse('// BEGIN SOLUTION: what to do, which becomes it');
    if (EXACT.test(line)) return;
    for (const { index, 1: first, 2: second } of line.matchAll(COMMENT)) {
      if (!inSolution && line.slice(0, index).trim()) continue;
      const marker = MARKERS.find(known => isNearly(first + second, known.replace(' ', '')));
      if (marker) refuse(`// ${marker}${marker === 'BEGIN SOLUTION' ? ': what to do' : ''}, on a line of its own`);
    }
  });
}

/**
 * A source or a Markdown text without what only instructors get: lines from `// BEGIN INSTRUCTOR` to `// END INSTRUCTOR`, in
 * Markdown from `<!-- BEGIN INSTRUCTOR -->` to `<!-- END INSTRUCTOR -->`, and single lines with `<!-- INSTRUCTOR -->`.
 * @throws where one marker lacks the other
 */
export function withoutInstructors(text: string, name: string): string {
  refuseNearMarkers(text, name);
  let begun = 0;
  const kept = text.split('\n').filter((line, i) => {
    if (BEGIN.test(line)) {
      if (begun) throw new Error(`${name}:${i + 1} begins a part for instructors inside the one of line ${begun}.`);
      begun = i + 1;
      return false;
    }
    if (!END.test(line)) return !begun && !LINE.test(line);
    if (!begun) throw new Error(`${name}:${i + 1} ends a part for instructors that was not begun.`);
    begun = 0;
    return false;
  });
  if (begun) throw new Error(`${name}:${begun} begins a part for instructors that never ends.`);
  return kept.join('\n');
}
