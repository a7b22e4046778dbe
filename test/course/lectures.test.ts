/** The lectures themselves: their notebooks, their code, their numbers, and both languages. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { outdatedNotebooks, written } from '../../src/course/generate';
import { committed, korean, lecture, lectures } from '../../src/course/lectures';
import { faults, parseLecture, toModule } from '../../src/course/notebook';
import { numberFaults } from '../../src/course/prose';
import { translationFaults } from '../../src/course/translation';

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

const inMemory = (name: string): string => path.join(root, 'notebooks', `${name}.ts`);

describe('the type-checker on lectures', function () {
  this.timeout(120_000);

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
    // The last line stands for the cell in which a student answers a question, as the text says.
    const moduleOf = (name: string): string =>
      `${toModule(lecture(name))}\nawait answer('${name.slice(0, 2)}-1', 'b');\n`;
    const modules = new Map(lectures().map(name => [inMemory(name), moduleOf(name)]));
    assert.deepEqual(typeErrors(modules), []);
  });
});

describe('the notebooks', () => {
  it('are what their Markdown makes of their last run', () => {
    assert.deepEqual(outdatedNotebooks(), [], 'Run `npm run generate`.');
  });

  for (const name of lectures()) {
    for (const language of ['en', 'ko'] as const) {
      it(`${name} (${language}) ran without a fault, is small, and tells nothing of the machine that ran it`, () => {
        const notebook = committed(name, language)!;
        assert.deepEqual(faults(notebook), []);
        const text = written(notebook);
        assert.ok(text.length < 1.5e6, `${text.length} characters; right is below 1.5 million`);
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
      for (const file of [`${name}.md`, `${name}.ko.md`, `${name}.ipynb`, `${name}.ko.ipynb`]) {
        assert.ok(fs.existsSync(path.join(root, 'notebooks', file)), `notebooks/${file} is missing`);
      }
    }
  });
});

describe('the text of the lectures', () => {
  for (const name of lectures()) {
    it(`${name}: every number comes from the run or a source`, () => {
      const cells = parseLecture(lecture(name)).filter(cell => cell.type === 'markdown');
      assert.deepEqual(
        cells.flatMap(({ source, line }) => numberFaults(source, `notebooks/${name}.md:${line}`)),
        [],
      );
    });

    it(`${name}: every paragraph stands in Korean, up to date`, () => {
      assert.deepEqual(translationFaults(lecture(name), korean(name), `notebooks/${name}.ko.md`), []);
    });
  }
});
