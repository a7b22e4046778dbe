import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { LANGUAGES, say, SENTENCES } from '../../src/base/sentences';
import { filesBelow } from '../../src/setup/steps';

const src = path.join(__dirname, '../../src');
const HANGUL = /[가-힣]/;
/** Particles that depend on whether the word before them ends in a consonant, right after a name. */
const PARTICLE = /\}[`'"]?(은|는|이|가|을|를|과|와|으로|로|라|아|야)(?![가-힣])/;

describe('what the kit says to a student', () => {
  const texts = filesBelow(src)
    .filter(name => name.endsWith('.ts') && !name.endsWith('sentences.ts'))
    .map(name => fs.readFileSync(path.join(src, name), 'utf8'))
    .join('\n');

  for (const [key, sentence] of Object.entries<Record<string, string>>(SENTENCES))
    it(`is there in both languages, with the same names in it: ${key}`, () => {
      assert.deepEqual(Object.keys(sentence), LANGUAGES);
      const [english, korean] = LANGUAGES.map(language =>
        [...new Set(sentence[language].match(/\{\w+\}/g) ?? [])].sort(),
      );
      assert.deepEqual(korean, english);
      const plain = sentence.ko.replace(/\{\w+\}/g, '');
      assert.ok(HANGUL.test(plain) || !/[a-z]/i.test(plain), `${sentence.ko} is not Korean`);
      assert.ok(!HANGUL.test(sentence.en), `${sentence.en} is not English`);
      assert.doesNotMatch(sentence.ko, PARTICLE);
    });

  it('is said somewhere, each sentence', () => {
    const unused = Object.keys(SENTENCES).filter(
      key => !texts.includes(`'${key}'`) && !texts.includes(`SENTENCES.${key}[`),
    );
    assert.deepEqual(unused, []);
  });

  it('is in the language of CNN_KIT_LANGUAGE, with the values in their places as they are', () => {
    const before = process.env.CNN_KIT_LANGUAGE;
    try {
      delete process.env.CNN_KIT_LANGUAGE;
      assert.equal(say('atLine', { file: '$&.ts', line: 3, text: '{line}' }), '$&.ts line 3: {line}');
      process.env.CNN_KIT_LANGUAGE = 'ko';
      assert.equal(say('atLine', { file: '$&.ts', line: 3, text: '{line}' }), '$&.ts 3행: {line}');
    } finally {
      if (before === undefined) delete process.env.CNN_KIT_LANGUAGE;
      else process.env.CNN_KIT_LANGUAGE = before;
    }
  });
});
