import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { check, CheckResult } from '../../src/course/check';
import { Checker } from '../../src/course/checker';
import { FACTS_FILE } from '../../src/course/facts';
import { hint } from '../../src/course/hints';
import { progressIn } from '../../src/course/progress';
import { answer } from '../../src/course/questions';
import { lookOver } from '../../src/handin/submit';

const root = path.join(__dirname, '../..');
const HANGUL = /[가-힣]/;
const exercise = '04-stacks';

describe('in Korean', () => {
  const language = process.env.CNN_KIT_LANGUAGE;
  const solution = fs.readFileSync(path.join(root, 'solutions', `${exercise}.ts`), 'utf8');
  const asked = ['stacked', 'depthFor'];
  const checker = new Checker(4);
  let folder: string;
  const write = (text: string): string => {
    const file = path.join(folder, 'exercises', `${exercise}.ts`);
    fs.writeFileSync(file, text);
    return file;
  };
  /** The lines of a check that are our own: not titles and messages of tests, and not the student's code. */
  const said = (result: CheckResult): string[] => {
    const told = result.tests.flatMap(({ title, message, line }) => [
      `✓ ${title}`,
      `✗ ${title}`,
      `    ${message}`,
      `    ${line}`,
    ]);
    return String(result)
      .split('\n')
      .filter(line => !told.includes(line));
  };

  before(() => (process.env.CNN_KIT_LANGUAGE = 'ko'));
  after(() => {
    checker.stop();
    if (language === undefined) delete process.env.CNN_KIT_LANGUAGE;
    else process.env.CNN_KIT_LANGUAGE = language;
  });
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-korean-'));
    for (const name of ['src/course', 'exercises']) fs.mkdirSync(path.join(folder, name), { recursive: true });
    fs.copyFileSync(path.join(root, FACTS_FILE), path.join(folder, FACTS_FILE));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('says what passes', async () => {
    const tests = await checker.check(exercise, 1, { file: write(solution), asked });
    assert.deepEqual(said(new CheckResult(exercise, tests, 1)), [
      `04-stacks: 공개 테스트 ${tests.filter(({ hidden }) => !hidden).length}개를 모두 통과했습니다.`,
    ]);
  });

  it('says what fails, what was given, and how to draw it again', async () => {
    const lines = said(
      await check('01-count-conv', { countConv: () => ({ parameters: 1, multiplyAdds: 1 }) as never }, 7),
    );
    assert.ok(lines.some(line => line.startsWith('    입력: countConv(')));
    assert.ok(lines.length >= 2);
    for (const line of lines) assert.match(line, HANGUL);
  });

  it('says of what is not written, or not there, that it is not', async () => {
    const stub = fs.readFileSync(path.join(root, 'exercises', `${exercise}.ts`), 'utf8');
    const tests = await checker.check(exercise, 1, { file: write(stub), asked });
    const text = String(new CheckResult(exercise, tests, 1));
    assert.match(text, /^ {4}아직 작성하지 않았습니다: /m);
    assert.doesNotMatch(text, /Not written yet/);
    assert.match(String(await check(exercise, {}, 1)), /함수가 없습니다/);
    await assert.rejects(check('99-none', {}, 1), HANGUL);
  });

  it('says that a function does not end, and that it ends the process', async () => {
    const place = (code: string): { file: string; asked: string[] } => ({
      file: write(solution.replace('return Math.ceil', `${code}\n  return Math.ceil`)),
      asked,
    });
    const endless = await checker.check(exercise, 1, place('for (;;);'));
    assert.equal(endless.at(-1)!.message, 'depthFor: 4초 안에 끝나지 않아 중단했습니다. 무한 루프가 있나요?');
    const ended = await checker.check(exercise, 1, place('process.exit(3);'));
    assert.equal(ended.at(-1)!.message, 'depthFor: 프로세스 전체를 종료했습니다(종료 상태 3).');
  });

  it('opens hints, marks answers and tells the progress', async () => {
    assert.match(String(hint(exercise, path.join(folder, 'hints.json'))), /^04-stacks: 힌트 1\/\d\. 다시 부르면/);
    assert.match(String(answer('02-1', 'a')), HANGUL);
    const lines = String(await progressIn(folder, path.join(folder, 'progress.json'))).split('\n');
    for (const line of lines.filter(line => line.trim())) if (!line.startsWith('  · ')) assert.match(line, HANGUL);
  });

  it('says what submit takes, and why not the rest', async () => {
    write(solution.replace('return Math.ceil', "throw new Error('Not written yet: find it.');\n  return Math.ceil"));
    const { findings } = await lookOver(folder, async () => []);
    for (const { detail } of findings) assert.match(detail, HANGUL);
    assert.match(findings.find(one => one.exercise === exercise)!.detail, /^남은 일: find it/);
  });
});
