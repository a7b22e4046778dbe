/**
 * Concept questions of the lectures. The content of questions.json is sealed: the explanation is encrypted with a key
 * that a slow hash makes of the right answer, so it opens with the right answer only, and no answer can be read there.
 */
import { createDecipheriv, scryptSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { oneOf, refuse, shown } from '../base/options';
import { type Language, LANGUAGES, preferred, say, SENTENCES, type Text } from '../base/sentences';
import { refusePackage, ROOT } from '../node/root';

export const QUESTIONS_FILE = path.join(ROOT, 'src/course/questions.json');

/** A question as everyone may read it. */
export interface SealedQuestion {
  /** 'NN-k': the k-th of lecture NN. */
  id: string;
  /** 1 to 3. */
  difficulty: number;
  text: Text;
  /** To choose from, as a, b, c and so on; without them a number is asked. */
  choices?: Text[];
  /** Numbers count as the same that lie in one bucket: [origin + i * width, origin + (i + 1) * width). */
  bucket?: { origin: number; width: number };
  unit?: Text;
  /** Base64: of the key, and of what the right answer opens, JSON of { explanation: Text } by AES-256-GCM. */
  salt: string;
  sealed: string;
  /** SHA-256 of salt, answer and explanation: tells whether the source has changed. Nobody guesses an explanation. */
  digest: string;
}

/** What a question asks for, in one form: the letter of a choice, or the bucket of a number. @throws if it is neither */
export function canonical(question: Pick<SealedQuestion, 'id' | 'choices' | 'bucket'>, given: string | number): string {
  const { id, choices, bucket } = question;
  if (choices) {
    const letter = typeof given === 'string' ? given.trim().toLowerCase() : '';
    const last = letterOf(choices.length - 1);
    if (letter.length !== 1 || letter < 'a' || letter > last) refuse('answer', given, `a letter from 'a' to '${last}'`);
    return `${id} ${letter}`;
  }
  const text = typeof given === 'string' ? given.trim().replace(/[,_\s]/g, '') : '';
  const number = typeof given === 'number' ? given : Number(text || NaN);
  if (!Number.isFinite(number)) refuse('answer', given, 'a number');
  return `${id} ${Math.floor((number - bucket!.origin) / bucket!.width)}`;
}

export function letterOf(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}

/** Some hundredths of a second: nothing for one answer, much for all numbers that there are. */
export function keyOf(answer: string, salt: Uint8Array): Uint8Array {
  return scryptSync(answer, salt, 32, { N: 2 ** 14, r: 8, p: 1 });
}

/** What the sealed part holds, or undefined if `given` is not the right answer. */
export function unseal(question: SealedQuestion, given: string | number): { explanation: Text } | undefined {
  const sealed = Buffer.from(question.sealed, 'base64');
  const key = keyOf(canonical(question, given), Buffer.from(question.salt, 'base64'));
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAuthTag(sealed.subarray(12, 28));
  try {
    const text = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
    return JSON.parse(text) as { explanation: Text };
  } catch {
    return undefined;
  }
}

/** A text that a notebook shows as Markdown; `toString()` is the same. */
class Shown {
  constructor(readonly markdown: string) {}

  toString(): string {
    return this.markdown;
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return { 'text/markdown': this.markdown, 'text/plain': this.markdown.replace(/\*\*|\\(?=[*_$])/g, '') };
  }
}

/** What became of an answer; the explanation is there if it was right. */
class Marked extends Shown {
  constructor(
    readonly right: boolean,
    markdown: string,
  ) {
    super(markdown);
  }
}

/**
 * Shows a question of a lecture, with its choices or the unit of the number that it asks for.
 *
 * @example question('02-1')
 * @param id 'NN-k', the k-th question of lecture NN
 * @param language 'en' or 'ko'; CNN_KIT_LANGUAGE, if not given, else English
 * @throws if there is no such question
 */
export function question(id: string, language: Language = preferred()): Shown {
  oneOf('language', language, ...LANGUAGES);
  const { text, choices, unit, difficulty } = find(id);
  const stars = '★'.repeat(difficulty) + '☆'.repeat(3 - difficulty);
  const how = choices
    ? `${SENTENCES.letter[language]}: \`answer('${id}', '…')\``
    : `${SENTENCES.number[language]}${unit ? ` (${unit[language]})` : ''}: \`answer('${id}', …)\``;
  return new Shown(
    [
      `**${SENTENCES.question[language]} ${id}** ${stars}`,
      text[language],
      ...(choices ? [choices.map((choice, i) => `- **${letterOf(i)})** ${choice[language]}`).join('\n')] : []),
      how,
    ].join('\n\n'),
  );
}

/**
 * Marks an answer. If it is right, its explanation opens.
 *
 * @example answer('02-1', 'b')
 * @param given the letter of a choice, or a number
 * @throws if there is no such question, or if it asks for something else
 */
export function answer(id: string, given: string | number, language: Language = preferred()): Marked {
  oneOf('language', language, ...LANGUAGES);
  const opened = unseal(find(id), given);
  if (!opened) return new Marked(false, `✗ ${SENTENCES.wrong[language]}`);
  return new Marked(true, `✓ **${SENTENCES.right[language]}** ${opened.explanation[language]}`);
}

export function sealedQuestions(): SealedQuestion[] {
  refusePackage('The questions');
  return JSON.parse(fs.readFileSync(QUESTIONS_FILE, 'utf8')) as SealedQuestion[];
}

function find(id: string): SealedQuestion {
  const all = sealedQuestions();
  const found = all.find(question => question.id === id);
  if (!found) throw new Error(say('noQuestion', { id: shown(id), known: all.map(question => question.id).join(', ') }));
  return found;
}
