/** The lectures themselves: their notebooks, their code, their numbers, and both languages. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { outdatedNotebooks } from '../../src/course/generate';
import { answer } from '../../src/course/questions';
import { committed, korean, lecture, lectures, notebookFile, sourceFile } from '../../src/course/lectures/lectures';
import { faults, type Output, parseLecture, toModule, toNotebook } from '../../src/course/lectures/notebook';
import { written } from '../../src/course/lectures/nbformat';
import { numberFaults } from '../../src/course/lectures/prose';
import { translationFaults } from '../../src/course/lectures/translation';
import { exerciseCells } from '../../src/harness/stub';
import { declared, parse } from '../../src/harness/declarations';
import { exercisesOf } from '../../src/harness/exercises';
import { inVenv } from '../../src/setup/python';

const root = path.join(__dirname, '../..');

/** What tsc says of modules that exist in memory alone, by file name. */
function typeErrors(modules: Map<string, string>): string[] {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, module: 'ESNext', moduleResolution: 'bundler', types: ['node'] },
    root,
  );
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = file => modules.has(file) || fileExists(file);
  host.readFile = file => modules.get(file) ?? readFile(file);
  host.getSourceFile = (file, ...more) => {
    const text = modules.get(file);
    return text === undefined ? getSourceFile(file, ...more) : ts.createSourceFile(file, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...modules.keys()], options, host);
  return [...modules.keys()].flatMap(file => {
    const source = program.getSourceFile(file)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText, start = 0 }) => {
        const line = source.getLineAndCharacterOfPosition(start).line + 1;
        return `${path.basename(file, '.ts')}.md:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      },
    );
  });
}

const inMemory = (name: string): string => path.join(root, 'notebooks/source', `${name}.ts`);

describe('the type-checker on lectures', function () {
  it('finds an error in a cell, by the line of the Markdown, and one in a value of the text', () => {
    const wrong = "# 1\n\n```typescript\nexport const n: number = 'four';\n```\n\nThere are {{m}}.\n";
    const errors = typeErrors(new Map([[inMemory('99-wrong'), toModule(wrong)]]));
    assert.match(errors[0], /^99-wrong\.md:4: Type 'string' is not assignable/);
    assert.ok(
      errors.some(error => error.includes("Cannot find name 'm'")),
      errors.join(),
    );
  });

  it('finds none in all lectures', () => {
    // The last lines stand for what a student writes in cells of their own, as the text says.
    const moduleOf = (name: string): string =>
      `${toModule(lecture(name))}\nawait answer('${name.slice(0, 2)}-1', 'b');\nhint('NAME');\nawait progress();\nquestion('01-1');\n`;
    const modules = new Map(lectures().map(name => [inMemory(name), moduleOf(name)]));
    assert.deepEqual(typeErrors(modules), []);
  });
});

describe('the notebooks', () => {
  it('are what their Markdown makes of their last run', () => {
    assert.deepEqual(outdatedNotebooks(), [], 'Run `npm run generate`.');
  });

  /** Reads {name: text} and prints {name: text as Jupyter writes it}. */
  const JUPYTER = `import json, sys, nbformat
files = json.load(sys.stdin)
print(json.dumps({name: nbformat.writes(nbformat.reads(text, as_version=4)) + '\\n' for name, text in files.items()}))`;
  const savedByJupyter = (files: Record<string, string>): Record<string, string> => {
    const options = { input: JSON.stringify(files), encoding: 'utf8', maxBuffer: 1 << 28 } as const;
    return JSON.parse(execFileSync(inVenv('python'), ['-c', JUPYTER], options)) as Record<string, string>;
  };

  it('are, to the byte, what Jupyter writes when a reader saves them', () => {
    const names = ['notebooks', 'notebooks/ko'].flatMap(folder =>
      fs
        .readdirSync(path.join(root, folder))
        .filter(name => name.endsWith('.ipynb'))
        .map(name => `${folder}/${name}`),
    );
    const files = Object.fromEntries(names.map(name => [name, fs.readFileSync(path.join(root, name), 'utf8')]));
    assert.equal(names.length, 2 * lectures().length);
    const saved = savedByJupyter(files);
    assert.deepEqual(
      names.filter(name => saved[name] !== files[name]),
      [],
      'Run `npm run generate`.',
    );
  });

  it('are written as Jupyter writes them, whatever is in them', () => {
    const numbers = [
      0, -0, 1, -1.5, 1e-4, 0.00001234, -9.9e-5, 1e-7, 1.25e-10, 5e-324, 1e16, 123456789012345680000, 1e21,
      1.7976931348623157e308, 0.1,
    ];
    const text = 'a\r\nb\rc\u2028d\u0085e\u000bf\u001cg\n\n"\\\t\u0007\u007f가😀</script>\n';
    const data = {
      ...{ 'text/plain': text, 'text/html': [text, 'more'], 'image/svg+xml': text, 'image/png': 'iVBOR\nw0KGgo' },
      ...{ 'application/json': { b: [], a: {}, text, '10': 1, '9': null }, 'application/javascript': '' },
      'application/vnd.vegalite.v5+json': { numbers, lines: ['a\n', 'b'], on: true },
    };
    const outputs: Output[] = [
      { output_type: 'display_data', data, metadata: { 'image/png': { alt: text } } },
      { output_type: 'stream', name: 'stdout', text },
      { output_type: 'stream', name: 'stdout', text: '' },
    ];
    const notebook = toNotebook(`# 1. Title\n\nText\n\n\`\`\`typescript\n1\n\`\`\`\n`, {
      values: { 'z(1)': text, a: '' },
    });
    for (const cell of notebook.cells) if (cell.outputs) cell.outputs = outputs;
    const ours = written(notebook);
    assert.equal(savedByJupyter({ ours }).ours, ours);
    assert.deepEqual(savedByJupyter({ other: JSON.stringify(notebook) }).other, ours);
  });

  for (const name of lectures()) {
    for (const language of ['en', 'ko'] as const) {
      it(`${name} (${language}) ran without a fault, is small, and tells nothing of the machine that ran it`, () => {
        const notebook = committed(name, language)!;
        assert.deepEqual(faults(notebook), []);
        const text = written(notebook);
        assert.ok(text.length < 1.5e6, `${text.length} characters; expected below 1.5 million`);
        const words = text.replace(/"image\/png": "[^"]+"/g, '');
        const secrets = [root, os.homedir(), os.hostname(), os.userInfo().username].filter(word => word.length > 4);
        const personal = [
          /\/(home|Users|root|tmp|work)\/\w+/,
          /[A-Z]:\\Users/,
          /[\d.]+ images\/s\b/,
          /"iopub\./,
          /T\d\d:\d\d:\d\d/,
        ];
        assert.deepEqual(
          [...secrets.filter(word => words.includes(word)), ...personal.flatMap(one => one.exec(words)?.[0] ?? [])],
          [],
        );
        const code = notebook.cells.filter(cell => cell.cell_type === 'code');
        assert.deepEqual(
          code.map(cell => cell.execution_count),
          code.map((_, i) => i + 1),
        );
      });
    }
  }

  it('are opened by the language: every lecture has both', () => {
    for (const name of lectures()) {
      const files = (['en', 'ko'] as const).flatMap(language => [
        sourceFile(name, language),
        notebookFile(name, language),
      ]);
      for (const file of files) {
        assert.ok(fs.existsSync(path.join(root, file)), `${file} is missing`);
      }
    }
  });
});

describe('the exercises of the lectures', () => {
  const codeOf = (name: string): string[] =>
    parseLecture(lecture(name)).flatMap(({ type, source }) => (type === 'code' ? [source] : []));
  /** A function without comments, `export` and line breaks. */
  const plain = (source: string): string =>
    source
      .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\bexport /gm, '')
      .replace(/\s+/g, ' ')
      .replace(/([(,]) |,? (?=\))/g, '$1')
      .trim();

  for (const exercise of exercisesOf()) {
    const name = lectures().find(lecture => lecture.startsWith(exercise.slice(0, 3)))!;
    const stub = fs.readFileSync(path.join(root, 'exercises', `${exercise}.ts`), 'utf8');

    it(`${exercise} can be written in a cell of ${name}, with the functions of its file`, () => {
      const cell = codeOf(name).find(source => source.includes(`await check('${exercise}', {`));
      assert.ok(cell, `no cell of ${sourceFile(name)} checks ${exercise}`);
      const open = exerciseCells(stub, exercise).filter(({ given }) => !given);
      for (const { source } of open) assert.ok(plain(cell).includes(plain(source)), `expected in the cell: ${source}`);
      const names = parse(cell).statements.filter(ts.isFunctionDeclaration).flatMap(declared);
      assert.match(cell, new RegExp(`check\\('${exercise}', \\{ ${names.join(', ')} \\}\\)`));
    });

    it(`${exercise} says its points, minutes and difficulty in both languages, as its header does`, () => {
      const [, points, minutes, difficulty] = /Points: (\d+)\. About (\d+) minutes\. Difficulty: (\d)/.exec(stub)!;
      const said = `(\`${exercise}\`, ${points} points, about ${minutes} minutes, difficulty ${difficulty} of 3)`;
      assert.ok(lecture(name).replace(/\s+/g, ' ').includes(said), `expected ${said} in ${sourceFile(name)}`);
      const koreanWords = `(\`${exercise}\`, ${points}점, 약 ${minutes}분, 난이도 3 가운데 ${difficulty})`;
      assert.ok(
        korean(name).replace(/\s+/g, ' ').includes(koreanWords),
        `expected ${koreanWords} in ${sourceFile(name, 'ko')}`,
      );
    });
  }

  for (const name of lectures())
    it(`${name} imports the commands that its text names`, () => {
      const imported = parse(codeOf(name)[0]).statements.flatMap(declared);
      for (const command of ['answer', 'check', 'hint', 'progress', 'question'])
        assert.ok(imported.includes(command), command);
    });
});

describe('the text of the lectures', () => {
  for (const name of lectures()) {
    it(`${name}: an answer that it shows is of the form that its question asks for`, () => {
      const shown = [...`${lecture(name)}\n${korean(name)}`.matchAll(/answer\('(\d\d-\d+)', '(\w)'\)/g)];
      assert.ok(shown.length >= 2, 'expected one in each language');
      for (const [, id, given] of shown) answer(id, given);
    });

    it(`${name}: every number comes from the run or a source`, () => {
      const cells = parseLecture(lecture(name)).filter(cell => cell.type === 'markdown');
      assert.deepEqual(
        cells.flatMap(({ source, line }) => numberFaults(source, `${sourceFile(name)}:${line}`)),
        [],
      );
    });

    it(`${name}: every paragraph is there in Korean, up to date`, () => {
      assert.deepEqual(translationFaults(lecture(name), korean(name), sourceFile(name, 'ko')), []);
    });
  }
});
