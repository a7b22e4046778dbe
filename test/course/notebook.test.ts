import assert from 'node:assert/strict';
import { lecture } from '../../src/course/lectures/lectures';
import { drift } from '../../src/course/lectures/execute';
import { takeLanguage } from '../../src/setup/jupyter';
import {
  faults,
  parseLecture,
  quick,
  readValues,
  toModule,
  toNotebook,
  valuesCell,
} from '../../src/course/lectures/notebook';
import { fill, fingerprint, looseNumbers, numberFaults, paragraphs } from '../../src/course/lectures/prose';
import {
  parseTranslation,
  translate,
  translationFaults,
  updateTranslation,
} from '../../src/course/lectures/translation';
import { joined, withoutTimes } from '../../src/course/generate';

const LECTURE = `# Title

Text.

## Part

\`\`\`typescript
const steps = 400; // quick: 40
steps;
\`\`\`

\`\`\`bash
# not a heading
\`\`\`
After.
`;

describe('a lecture in Markdown', () => {
  it('becomes cells at headings and typescript blocks', () => {
    assert.deepEqual(parseLecture(LECTURE), [
      { type: 'markdown', source: '# Title\n\nText.', line: 1 },
      { type: 'markdown', source: '## Part', line: 5 },
      { type: 'code', source: 'const steps = 400; // quick: 40\nsteps;', line: 8 },
      { type: 'markdown', source: '```bash\n# not a heading\n```\nAfter.', line: 12 },
    ]);
  });

  it('becomes a notebook for our kernel, with cell ids that are unique and stay', () => {
    const notebook = toNotebook(LECTURE);
    assert.equal((notebook.metadata as { kernelspec: { name: string } }).kernelspec.name, 'cnn-kit');
    const ids = notebook.cells.map(cell => cell.id);
    assert.equal(new Set(ids).size, ids.length);
    ids.forEach(id => assert.match(id, /^[a-zA-Z0-9-_]{1,64}$/));
    assert.deepEqual(toNotebook(LECTURE), notebook);
    assert.deepEqual(notebook.cells[2].source, ['const steps = 400; // quick: 40\n', 'steps;']);
  });

  it('becomes a module whose lines are those of the Markdown', () => {
    const module = toModule(LECTURE).split('\n');
    assert.equal(module[7], 'const steps = 400; // quick: 40');
    assert.equal(module[8], 'steps;');
    assert.ok(!module.includes('After.'));
  });

  it('has its knobs set to their quick values on request', () => {
    assert.match(quick(LECTURE), /const steps = 40; \/\/ quick: 40/);
  });

  it('is refused when a block is not closed', () => {
    assert.throws(() => parseLecture('```typescript\n1;\n'), /not closed/);
  });
});

describe('the faults of an executed notebook', () => {
  const withOutput = (output: object) => {
    const notebook = toNotebook('```typescript\n1;\n```');
    notebook.cells[0].outputs = [output as never];
    return faults(notebook);
  };

  it('are errors, lines on stderr and figures without a still image', () => {
    assert.match(withOutput({ output_type: 'error', ename: 'TypeError', evalue: 'no' })[0], /TypeError: no/);
    assert.match(withOutput({ output_type: 'stream', name: 'stderr', text: ['oh\n'] })[0], /stderr: oh/);
    const figure = { 'application/vnd.vegalite.v5+json': {}, 'text/plain': 'chart' };
    assert.match(withOutput({ output_type: 'display_data', data: figure })[0], /without a still image/);
  });

  it('are not what a reader may see', () => {
    assert.deepEqual(withOutput({ output_type: 'stream', name: 'stdout', text: 'fine' }), []);
    const figure = { 'application/vnd.vegalite.v5+json': {}, 'image/png': 'AA==' };
    const metadata = { 'image/png': { alt: 'a chart' } };
    assert.deepEqual(withOutput({ output_type: 'display_data', data: figure, metadata }), []);
    assert.match(withOutput({ output_type: 'display_data', data: figure })[0], /without alternative text/);
  });
});

describe('the values of a text', () => {
  it('are asked for by one cell and told in words', () => {
    assert.equal(
      valuesCell('{{a.b}} and {{~c + 1}}'),
      'console.log("cnn-kit values " + JSON.stringify([["a.b", (a.b)], ["c + 1", (c + 1)]]));',
    );
    const told = (text: string) =>
      readValues({
        cell_type: 'code',
        id: 'x',
        metadata: {},
        source: [],
        outputs: [{ output_type: 'stream', name: 'stdout', text }],
      });
    assert.deepEqual(told('cnn-kit values [["n",60965224],["share",0.96166],["word","ReLU"]]\n'), {
      n: '60,965,224',
      share: '0.962',
      word: 'ReLU',
    });
    assert.throws(() => told('cnn-kit values [["n",null]]\n'), /\{\{n\}\} is null; it must be a number or text/);
    assert.equal(fill('{{n}} of {{~ m }}, {{?}}', { n: '4', m: '5' }), '4 of 5, …');
  });

  it('are in the notebook and its metadata, comments are not', () => {
    const { cells, metadata } = toNotebook('Of {{n}}.\n<!-- numbers 3%: the paper -->\n', { values: { n: '4' } });
    assert.deepEqual(cells[0].source, ['Of 4.']);
    assert.deepEqual(metadata.cnn_kit, { values: { n: '4' } });
  });
});

describe('numbers in a text', () => {
  it('are those that claim something, not names, years, code, formulas or small counts', () => {
    const text =
      '## 2.3 The 96 filters\nIn 2012, section 3.5 and figure 2 had 61 million (15.3%), 1,024 units, five or 5 of VGG-16, `17`, $n = 18$, lectures 14 and 15, 3%, 0.5, {{n + 99}}.';
    assert.deepEqual(looseNumbers(text), ['96', '61', '15.3%', '1,024', '3%', '0.5']);
    assert.deepEqual(looseNumbers('그림 1과 3.3절, 표 14, 15강: 61백만 개, 25%의 오차, 50,000장'), [
      '61',
      '25%',
      '50,000',
    ]);
  });

  it('need a source, and a source needs its number', () => {
    assert.deepEqual(numberFaults('15.3% and 26.2%\n<!-- numbers 26.2% 15.3%: section 6 -->', 'a'), []);
    assert.match(numberFaults('15.3%', 'a.md:4')[0], /^a\.md:4: 15\.3% has no source/);
    assert.match(
      numberFaults('many\n<!-- numbers 15.3%: section 6 -->', 'a')[0],
      /15\.3% is cited and not in the text/,
    );
  });
});

describe('a translation', () => {
  const english = '# Title\n\nOne {{n}}.\n\n$$x^2$$\n\n```typescript\n1;\n```\n\nTwo of\nthree.\n';
  const mark = fingerprint;
  const done = `<!-- ${mark('# Title')} -->\n# 제목\n\n<!-- ${mark('One {{n}}.')} -->\n하나 {{n}}.\n\n<!-- ${mark('Two of three.')} -->\n셋 중\n\n둘.\n`;

  it('is keyed by the words of the English, whatever their line breaks', () => {
    assert.equal(fingerprint('Two of\nthree.'), fingerprint('Two of three.'));
    assert.notEqual(fingerprint('Two of three.'), fingerprint('Two of four.'));
    assert.deepEqual(paragraphs('a\nb\n\n```\nc\n\nd\n```\n\n$$\ne\n\nf\n$$'), [
      'a\nb',
      '```\nc\n\nd\n```',
      '$$\ne\n\nf\n$$',
    ]);
    assert.equal(
      translate('# Title\n\nOne {{n}}.\n\n$$x^2$$', parseTranslation(done)),
      '# 제목\n\n하나 {{n}}.\n\n$$x^2$$',
    );
  });

  it('that is whole has no faults and stays as it is', () => {
    assert.deepEqual(translationFaults(english, done, 'a.ko.md'), []);
    assert.equal(updateTranslation(english, done), done);
  });

  it('gets stubs for new paragraphs, and keeps the old words of changed ones', () => {
    assert.match(updateTranslation(english, ''), /^<!-- [0-9a-f]{8} missing -->\n# Title\n\n/);
    const changed = english.replace('Two of', 'Four of') + '\nNew.\n';
    const updated = updateTranslation(changed, done);
    assert.match(updated, new RegExp(`<!-- ${mark('Four of three.')} outdated -->\n셋 중\n\n둘.`));
    assert.match(updated, new RegExp(`<!-- ${mark('New.')} missing -->\nNew.`));
    const faults = translationFaults(changed, updated, 'a.ko.md');
    assert.match(faults[0], /translates an older "Four of three\."/);
    assert.match(faults[1], /"New\." is not translated/);
  });

  it('is refused with paragraphs missing or left over, other values, or numbers of its own', () => {
    const faultsOf = (korean: string): string => translationFaults(english, korean, 'a.ko.md').join('\n');
    assert.match(faultsOf(''), /has no counterpart of "# Title"/);
    assert.match(faultsOf(`${done}\n<!-- 00000000 -->\n남은 글\n`), /the English of "남은 글" is gone/);
    assert.match(
      faultsOf(done.replace('하나 {{n}}', '하나 {{m}}')),
      /has the values \{\{m\}\}; the English has \{\{n\}\}/,
    );
    assert.match(faultsOf(done.replace('둘.', '둘 50%.')), /has the number 50%, which the English has not/);
  });
});

describe('outputs', () => {
  it('that were printed in several messages are one', () => {
    const print = (text: string, name = 'stdout') => ({ output_type: 'stream' as const, name, text });
    assert.deepEqual(joined([print('a\n'), print('b\n'), print('c', 'stderr')]), [
      { ...print(''), text: ['a\n', 'b\n'] },
      print('c', 'stderr'),
    ]);
  });

  it('are kept without the times of the machine', () => {
    const text = 'relu: 2 of 2 steps in 4.0 s, loss from 3.895 to 3.532, 64 images/s';
    const output = {
      output_type: 'display_data' as const,
      data: { 'image/png': 'in4s', 'text/plain': [text] },
      metadata: { 'image/png': { alt: text } },
    };
    const bare = 'relu: 2 of 2 steps, loss from 3.895 to 3.532';
    assert.deepEqual(withoutTimes(output), {
      ...output,
      data: { 'image/png': 'in4s', 'text/plain': [bare] },
      metadata: { 'image/png': { alt: bare } },
    });
    assert.match(
      JSON.stringify(withoutTimes({ ...output, data: { 'text/plain': 'a: 9 of 9 steps in 3 min 20 s, loss 1' } })),
      /9 steps, loss 1/,
    );
  });
});

describe('the language of the lectures', () => {
  it('is taken out of the options of JupyterLab', () => {
    assert.deepEqual(takeLanguage(['--port', '8899']), { language: 'en', args: ['--port', '8899'] });
    assert.deepEqual(takeLanguage(['--lang', 'ko', '--port', '1']), { language: 'ko', args: ['--port', '1'] });
    assert.deepEqual(takeLanguage(['--no-browser', '--lang=ko']), { language: 'ko', args: ['--no-browser'] });
    assert.throws(() => takeLanguage(['--lang', 'fr']), /--lang is fr; expected en or ko/);
  });
});

describe('the values of another run', () => {
  it('must be those of the text, or near where a training gave them', () => {
    const old = Object.fromEntries(
      [...lecture('02-alexnet').matchAll(/\{\{~?(.+?)\}\}/g)].map(([, key]) => [key.trim(), '100']),
    );
    const measured = 'relu.history.steps';
    assert.deepEqual(drift('02-alexnet', old, old), []);
    assert.deepEqual(drift('02-alexnet', { ...old, [measured]: '120' }, old), []);
    assert.match(drift('02-alexnet', { ...old, [measured]: '130' }, old)[0], /is 100 in the text and 130 in this run/);
    assert.match(drift('02-alexnet', { ...old, saved: '101' }, old)[0], /\{\{saved\}\} is 100 in the text and 101/);
  });
});
