/**
 * The prose of a lecture: its paragraphs, the values that a run fills into them, and the numbers that somebody must answer
 * for. notebooks/README.md says how authors write all this.
 */
import { sha256 } from '../../node/files';

/** What is between blank lines; a fenced block or a formula is one, whatever it holds. */
export function paragraphs(markdown: string): string[] {
  const found: string[][] = [[]];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const mark = /^\s*(```+|~~~+|\$\$)/.exec(line)?.[1];
    const alone = mark === '$$' && /^\s*\$\$.+\$\$\s*$/.test(line);
    if (mark && !alone) fence = fence === undefined ? mark : fence === mark ? undefined : fence;
    if (line.trim() || fence !== undefined) found.at(-1)!.push(line);
    else if (found.at(-1)!.length) found.push([]);
  }
  return found.filter(lines => lines.length).map(lines => lines.join('\n'));
}

/** Whether a paragraph has words of a language: code and formulas have none. */
export const isProse = (paragraph: string): boolean =>
  !/^\s*(```|~~~|\$\$)/.test(paragraph) && /\p{L}/u.test(paragraph);

/** Eight hexadecimal digits that change with the words of a paragraph, not with its line breaks. */
export function fingerprint(paragraph: string): string {
  return sha256(paragraph.trim().replace(/\s+/g, ' ')).slice(0, 8);
}

/** `{{expression}}`: what the lecture's own code gives; `{{~expression}}`: what a training gave, which differs by machine. */
const PLACEHOLDER = /\{\{(~?)(.+?)\}\}/g;

export interface Placeholder {
  expression: string;
  /** A run on another machine may come within a quarter of it. */
  measured: boolean;
}

export function placeholders(markdown: string): Placeholder[] {
  const found = [...markdown.matchAll(PLACEHOLDER)].map(([, measured, expression]) => ({
    expression: expression.trim(),
    measured: measured === '~',
  }));
  return [...new Map(found.map(one => [one.expression, one])).values()];
}

/** The text with its values; `…` where a value is not known yet. */
export function fill(markdown: string, values: Readonly<Record<string, string>>): string {
  return markdown.replace(PLACEHOLDER, (_, __, expression: string) => values[expression.trim()] ?? '…');
}

const NUMBERS = /^<!-- numbers ([\d.,%\s]+): (.+) -->$/gm;

/** The text without its comments, which are the authors' alone. */
export function withoutComments(markdown: string): string {
  return markdown.replace(/^[ \t]*<!--[\s\S]*?-->[ \t]*\n?/gm, '').trim();
}

/** The numbers that a cell of text cites, `<!-- numbers 26.2% 15.3%: section 6 -->`. */
function citedNumbers(markdown: string): string[] {
  return [...markdown.matchAll(NUMBERS)].flatMap(([, numbers]) => numbers.trim().split(/\s+/));
}

/** Where a number is a name and not a claim. */
const NAMES = [
  /```[\s\S]*?```/g,
  /`[^`]*`/g,
  /\$\$[\s\S]*?\$\$/g,
  /\$[^$]*\$/g,
  /\]\([^)]*\)/g,
  /<https?:[^>]*>/g,
  /\b(arXiv|ILSVRC|EECS|lectures?|sections?|§|tables?|figures?|equations?|exercises?|pages?|chapters?)[\s-]?\d+([.:]\d+)*[a-z]?((,|\sand|\sto|-)\s?\d+(\.\d+)*(?![\d.]*%))*/gi,
  /(그림|표|식|논문|연습)\s?\d+([.-]\d+)*/g,
  /(?<![\d.,])\d+(\.\d+)*\s?(절|강(?!도)|번)/g,
  /^#{1,6} \d+(\.\d+)*/gm,
  /^\s*\d+\. /gm,
  /\b(19[5-9]\d|20[0-3]\d)s?\b/g,
];

/**
 * Numbers as prose has them, those that are names left out (sections, years, code, formulas, VGG-16) and whole numbers
 * up to 12, which count things in a sentence.
 */
export function looseNumbers(markdown: string): string[] {
  const text = [/<!--[\s\S]*?-->/g, PLACEHOLDER, ...NAMES].reduce((rest, name) => rest.replace(name, ' '), markdown);
  const found = [...text.matchAll(/(?<![\p{L}\d.,_-]|[\p{L}]-)\d[\d,]*(?:\.\d+)?%?/gu)].map(([number]) =>
    number.replace(/,+$/, ''),
  );
  return found.filter(number => !(/^\d+$/.test(number) && Number(number) <= 12));
}

/** What is wrong with the numbers of one cell of text, one sentence each. */
export function numberFaults(markdown: string, where: string): string[] {
  const cited = citedNumbers(markdown);
  const loose = looseNumbers(markdown);
  const plain = (number: string): string => number.replace(/,/g, '');
  const known = new Set(cited.map(plain));
  const used = new Set(loose.map(plain));
  return [
    ...loose
      .filter(number => !known.has(plain(number)))
      .map(
        number =>
          `${where}: ${number} has no source; write {{an expression}}, or add <!-- numbers ${number}: the source -->.`,
      ),
    ...cited
      .filter(number => !used.has(plain(number)))
      .map(number => `${where}: ${number} is cited and not in the text; take it out of the comment.`),
  ];
}
