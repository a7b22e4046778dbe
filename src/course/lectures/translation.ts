/**
 * The second language of a lecture: notebooks/source/NN-name.ko.md holds Korean paragraphs, each under the fingerprint of the
 * English one that it stands for. Code, formulas and outputs are in the English file alone.
 */
import { parseLecture } from './notebook';
import { fingerprint, isProse, looseNumbers, paragraphs, placeholders, withoutComments } from './prose';

export interface Translation {
  /** Fingerprint of the English paragraph. */
  key: string;
  text: string;
  /** `missing`: the text is still English. `outdated`: it translates what the English said before. */
  state: 'done' | 'missing' | 'outdated';
}

const MARK = /^<!-- ([0-9a-f]{8})( missing| outdated)? -->$/;

export function parseTranslation(korean: string): Translation[] {
  const found: Translation[] = [];
  for (const line of korean.split('\n')) {
    const mark = MARK.exec(line);
    if (mark) found.push({ key: mark[1], state: (mark[2]?.trim() ?? 'done') as Translation['state'], text: '' });
    else if (found.length) found.at(-1)!.text += `${line}\n`;
  }
  return found.map(one => ({ ...one, text: one.text.trim() }));
}

/** The English paragraphs that want a translation, in order, each once. */
function wanted(english: string): { key: string; text: string }[] {
  const texts = parseLecture(english)
    .filter(cell => cell.type === 'markdown')
    .flatMap(cell => paragraphs(withoutComments(cell.source)))
    .filter(isProse);
  return [...new Map(texts.map(text => [fingerprint(text), { key: fingerprint(text), text }])).values()];
}

/** The Markdown of one cell in Korean; paragraphs that have no counterpart stay English. */
export function translate(markdown: string, translations: readonly Translation[]): string {
  const texts = new Map(translations.map(({ key, text }) => [key, text]));
  return paragraphs(withoutComments(markdown))
    .map(text => texts.get(fingerprint(text)) ?? text)
    .join('\n\n');
}

/**
 * The Korean file in the order of the English one. A paragraph that is new comes in as `missing` with its English text; one
 * whose English has changed, so that its old key is gone and it is at the place of a new one, as `outdated`.
 */
export function updateTranslation(english: string, korean: string): string {
  const paragraphs = wanted(english);
  const keys = new Set(paragraphs.map(({ key }) => key));
  const old = parseTranslation(korean);
  const known = new Map(old.map(one => [one.key, one]));
  /** The orphan right after the same neighbour is what the changed paragraph said before. */
  const orphanAfter = (key: string | undefined): Translation | undefined => {
    const next = old[old.findIndex(one => one.key === key) + 1];
    return next && next.state === 'done' && !keys.has(next.key) && (key === undefined || known.has(key))
      ? next
      : undefined;
  };
  const blocks = paragraphs.map(({ key, text }, i) => {
    const have = known.get(key);
    if (have) return `<!-- ${key}${have.state === 'done' ? '' : ` ${have.state}`} -->\n${have.text}`;
    const before = orphanAfter(paragraphs[i - 1]?.key);
    return before ? `<!-- ${key} outdated -->\n${before.text}` : `<!-- ${key} missing -->\n${text}`;
  });
  return `${blocks.join('\n\n')}\n`;
}

/** What is wrong with a translation, one sentence each: paragraphs missing, out of date or left over; numbers of its own. */
export function translationFaults(english: string, korean: string, file: string): string[] {
  const paragraphs = wanted(english);
  const known = new Map(parseTranslation(korean).map(one => [one.key, one]));
  const start = (text: string): string => `"${text.replace(/\s+/g, ' ').slice(0, 50)}"`;
  const faults = paragraphs.flatMap(({ key, text }) => {
    const have = known.get(key);
    if (!have) return [`${file} has no counterpart of ${start(text)}; run \`npm run generate\` and translate it.`];
    if (have.state === 'missing')
      return [`${file}: ${start(text)} is not translated; do it and take "missing" out of its mark.`];
    if (have.state === 'outdated')
      return [
        `${file}: ${start(have.text)} translates an older ${start(text)}; fix it and take "outdated" out of its mark.`,
      ];
    if (!/[가-힣]/.test(have.text) && /[a-z]{3,} [a-z]{3,} [a-z]{3,}/.test(have.text))
      return [`${file}: ${start(have.text)} is not Korean.`];
    const expressions = (words: string): string =>
      placeholders(words)
        .map(one => one.expression)
        .sort()
        .join(', ');
    if (expressions(text) !== expressions(have.text))
      return [
        `${file}: ${start(have.text)} has the values {{${expressions(have.text)}}}; the English has {{${expressions(text)}}}.`,
      ];
    const numbers = new Set((text.match(/\d[\d,]*(\.\d+)?/g) ?? []).map(number => number.replace(/,+$/, '')));
    const own = looseNumbers(have.text).find(number => !numbers.has(number.replace('%', '')));
    return own ? [`${file}: ${start(have.text)} has the number ${own}, which the English has not.`] : [];
  });
  const keys = new Set(paragraphs.map(({ key }) => key));
  const left = [...known.values()].filter(({ key }) => !keys.has(key));
  return [
    ...faults,
    ...left.map(
      ({ text }) => `${file}: the English of ${start(text)} is gone or has changed; run \`npm run generate\`.`,
    ),
  ];
}
