/** Seals the questions of solutions/questions/NN.ts into questions.json, from which no answer can be read. */
import { createCipheriv, randomBytes } from 'node:crypto';
import type { Text } from '../base/sentences';
import { sha256 } from '../node/files';
import { canonical, keyOf, letterOf, type SealedQuestion } from './questions';

/** A question as its author writes it. */
export type QuestionSource = {
  id: string;
  difficulty: 1 | 2 | 3;
  text: Text;
  /** Shown with the right answer only. */
  explanation: Text;
} & (
  | {
      /** The FIRST one is right; students see them in another order. */
      choices: Text[];
    }
  | {
      number: number;
      /** Answers this far away count as right; 0 for whole numbers. */
      tolerance: number;
      unit?: Text;
    }
);

/** The sealed form. One that `before` holds already is kept as it is, so that nothing changes but what was edited. */
export function seal(source: QuestionSource, before?: SealedQuestion): SealedQuestion {
  if (before && isSealOf(before, source)) return before;
  return sealWith(source, randomBytes(16));
}

/** Whether `sealed` is made of just this source. */
export function isSealOf(sealed: SealedQuestion, source: QuestionSource): boolean {
  const { open, answer } = shape(source, Buffer.from(sealed.salt, 'base64'));
  const { salt, sealed: _, digest, ...rest } = sealed;
  return JSON.stringify(rest) === JSON.stringify(open) && digest === digestOf(source, salt, answer);
}

function digestOf({ explanation }: QuestionSource, salt: string, answer: string | number): string {
  return sha256(JSON.stringify([salt, answer, explanation]));
}

/** The letter or the number that the source has for its answer. */
export function answerOf(source: QuestionSource, sealed: SealedQuestion): string | number {
  return shape(source, Buffer.from(sealed.salt, 'base64')).answer;
}

function sealWith(source: QuestionSource, salt: Buffer): SealedQuestion {
  const { open, answer } = shape(source, salt);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(canonical(open, answer), salt), nonce);
  const text = JSON.stringify({ explanation: source.explanation });
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return {
    ...open,
    salt: salt.toString('base64'),
    sealed: Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64'),
    digest: digestOf(source, salt.toString('base64'), answer),
  };
}

/** What everyone may read, and the answer. The order of the choices comes from the salt, so it tells nothing. */
function shape(
  source: QuestionSource,
  salt: Buffer,
): { open: Omit<SealedQuestion, 'salt' | 'sealed' | 'digest'>; answer: string | number } {
  const { id, difficulty, text } = source;
  if ('choices' in source) {
    const rank = (choice: Text): string => sha256(salt, choice.en);
    const choices = [...source.choices].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
    return { open: { id, difficulty, text, choices }, answer: letterOf(choices.indexOf(source.choices[0])) };
  }
  const { number, tolerance, unit } = source;
  // The origin of the buckets is rounded, or it would say what the answer is modulo the width.
  const width = tolerance ? (2 * tolerance * 8) / 7 : 1;
  const step = width / 8;
  const middle = number - width / 2;
  const origin = tolerance ? Math.round((((middle % width) + width) % width) / step) * step : -0.5;
  return { open: { id, difficulty, text, bucket: { origin, width }, ...(unit ? { unit } : {}) }, answer: number };
}
