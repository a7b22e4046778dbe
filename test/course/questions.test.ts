import assert from 'node:assert/strict';
import fs from 'node:fs';
import { outdatedQuestions, questionSources } from '../../src/course/generated';
import { LANGUAGES } from '../../src/base/sentences';
import { answer, question, QUESTIONS_FILE, sealedQuestions, unseal } from '../../src/course/questions';
import { answerOf, isSealOf, seal, type QuestionSource } from '../../src/course/seal';

const CHOICE: QuestionSource = {
  id: '99-1',
  difficulty: 1,
  text: { en: 'Which?', ko: '어느 것?' },
  choices: ['right', 'wrong', 'also wrong', 'no'].map(en => ({ en, ko: `${en} ko` })),
  explanation: { en: 'Because.', ko: '그래서.' },
};
const NUMBER: QuestionSource = {
  id: '99-2',
  difficulty: 2,
  text: { en: 'How many?', ko: '몇 개?' },
  number: 60_965_224,
  tolerance: 600_000,
  explanation: { en: 'Counted.', ko: '셌다.' },
};

describe('a sealed question', () => {
  it('opens with the right choice only', () => {
    const sealed = seal(CHOICE);
    const right = answerOf(CHOICE, sealed);
    assert.equal(sealed.choices!['abcd'.indexOf(String(right))].en, 'right');
    for (const letter of 'abcd')
      assert.deepEqual(unseal(sealed, letter), letter === right ? { explanation: CHOICE.explanation } : undefined);
    assert.ok(unseal(sealed, ` ${String(right).toUpperCase()} `), 'a capital letter is as good');
  });

  it('has its choices in an order that says nothing', () => {
    const places = Array.from({ length: 8 }, () => answerOf(CHOICE, seal(CHOICE)));
    assert.ok(new Set(places).size > 1, `right is always ${places[0]}`);
  });

  it('opens with every number within the tolerance, and with none beyond 1.3 of it', () => {
    const sealed = seal(NUMBER);
    for (const x of [60_965_224, 61_565_000, 60_366_000, '61,100,840', 61e6]) assert.ok(unseal(sealed, x), String(x));
    for (const x of [61_745_300, 60_185_000, 0, -60_965_224, 6]) assert.equal(unseal(sealed, x), undefined, String(x));
  });

  it('takes whole numbers as they are, if there is no tolerance', () => {
    const exact: QuestionSource = { ...NUMBER, number: 227, tolerance: 0 };
    const sealed = seal(exact);
    assert.ok(unseal(sealed, 227));
    assert.ok(unseal(sealed, '227'));
    for (const x of [226, 228, 224]) assert.equal(unseal(sealed, x), undefined);
  });

  it('tells at most three bits of a number', () => {
    const { bucket } = seal(NUMBER);
    assert.ok(Math.abs((8 * bucket!.origin) / bucket!.width - Math.round((8 * bucket!.origin) / bucket!.width)) < 1e-6);
  });

  it('is kept as it is until its source changes', () => {
    const sealed = seal(NUMBER);
    assert.equal(seal(NUMBER, sealed), sealed);
    assert.equal(isSealOf(sealed, { ...NUMBER, number: 6e6 }), false);
    assert.equal(isSealOf(sealed, { ...NUMBER, explanation: { en: 'Other.', ko: '셌다.' } }), false);
    assert.notEqual(seal({ ...NUMBER, number: 6e6 }, sealed).salt, sealed.salt);
  });

  it('refuses what is no answer at all', () => {
    assert.throws(() => unseal(seal(CHOICE), 'e'), /The answer is 'e'; expected a letter from 'a' to 'd'/);
    assert.throws(() => unseal(seal(NUMBER), 'many'), /The answer is 'many'; expected a number/);
  });
});

describe('the questions of the lectures', () => {
  let sources: QuestionSource[];
  before(async () => (sources = await questionSources()));

  it('are sealed from their sources', async () => {
    assert.deepEqual(await outdatedQuestions(), [], 'questions.json is outdated. Run `npm run generate`.');
  });

  it('there are at least four for each of the ten lectures, growing in difficulty', () => {
    for (let lecture = 1; lecture <= 10; lecture++) {
      const name = String(lecture).padStart(2, '0');
      const own = sources.filter(({ id }) => id.startsWith(`${name}-`));
      assert.ok(own.length >= 4, `lecture ${name} has ${own.length} questions`);
      assert.deepEqual(
        own.map(({ id }) => id),
        own.map((_, i) => `${name}-${i + 1}`),
      );
      own.slice(1).forEach(({ id, difficulty }, i) => assert.ok(difficulty >= own[i].difficulty, `${id} is easier`));
    }
  });

  it('are written in every language, and have different choices', () => {
    for (const source of sources) {
      const texts = [source.text, source.explanation, ...('choices' in source ? source.choices : [])];
      for (const text of texts) {
        for (const language of LANGUAGES) assert.ok(text[language]?.trim(), `${source.id} lacks a text in ${language}`);
        if (/[a-z]{4}/.test(text.en) && text.en.includes(' '))
          assert.match(text.ko, /[가-힣]/, `${source.id}: ${text.ko} is not Korean`);
      }
      if (!('choices' in source)) continue;
      assert.ok(source.choices.length >= 3, `${source.id} has few choices`);
      for (const language of LANGUAGES)
        assert.equal(new Set(source.choices.map(choice => choice[language])).size, source.choices.length, source.id);
      // The longest choice must not be the right one every time.
    }
    const withChoices = sources.filter(source => 'choices' in source);
    const longest = withChoices.filter(({ choices }) =>
      choices.slice(1).every(choice => choice.en.length < choices[0].en.length),
    );
    assert.ok(longest.length < withChoices.length / 2, `${longest.length} of ${withChoices.length} are the longest`);
  });

  it('show no explanation, and no choice by itself as right', () => {
    const text = fs.readFileSync(QUESTIONS_FILE, 'utf8');
    for (const { explanation } of sources)
      for (const language of LANGUAGES) assert.ok(!text.includes(explanation[language]), explanation[language]);
    assert.deepEqual([...new Set(sealedQuestions().flatMap(question => Object.keys(question)))].sort(), [
      'bucket',
      'choices',
      'difficulty',
      'digest',
      'id',
      'salt',
      'sealed',
      'text',
      'unit',
    ]);
  });

  it('are shown and marked in a notebook, in English and in Korean', () => {
    const source = sources.find(({ id }) => id === '02-1')!;
    const sealed = sealedQuestions().find(({ id }) => id === '02-1')!;
    const bundle = (shown: object): Record<string, string> =>
      (shown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]();
    assert.ok(bundle(question('02-1'))['text/markdown'].includes(source.text.en));
    assert.ok(bundle(question('02-1', 'ko'))['text/plain'].includes('문제 02-1'));
    const right = answer('02-1', answerOf(source, sealed));
    assert.equal(right.right, true);
    assert.ok(String(right).includes(source.explanation.en));
    const wrong = answer(
      '02-1',
      'abcd'.split('').find(letter => letter !== answerOf(source, sealed))!,
      'ko',
    );
    assert.equal(wrong.right, false);
    assert.match(String(wrong), /^✗ 아직 정답이 아닙니다/);
    assert.throws(() => question('02-99'), /There is no question '02-99'; expected one of 01-1, /);
  });
});
