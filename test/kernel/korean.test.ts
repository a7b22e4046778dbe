import assert from 'node:assert/strict';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from '../../src/node/root';
import { Session } from './session';

describe('a notebook in Korean, opened from any start', () => {
  let session: Session;
  before(async () => (session = await Session.start(path.join(ROOT, 'notebooks/ko'))));
  after(() => session.end());
  const failure = async (code: string, options: object = {}): Promise<string> => {
    const { messages } = await session.execute(code, options);
    const error = messages[0].find(({ type }) => type === 'error')!.content;
    return stripVTControlCharacters((error.traceback as string[]).join('\n'));
  };

  it('says in Korean what check, hint and answer say', async () => {
    await session.run("import { answer, check, hint, question } from 'cnn-kit';");
    assert.match(
      (await session.value("await check('04-stacks')"))!,
      /아직 작성하지 않았습니다.*공개 테스트 \d개 중 0개/s,
    );
    assert.match((await session.value("question('02-1')"))!, /^문제 02-1/);
    assert.match((await session.value("answer('02-1', 'a')"))!, /정답/);
  });

  it('says in Korean what the kernel adds to an error, and that a cell was interrupted', async () => {
    const folded = await failure(
      "import { tf } from 'cnn-kit';\ntf.tidy(() => { throw new Error('outer', { cause: new Error('inner') }); });",
    );
    assert.match(folded, /내부 프레임 \d+개/);
    assert.match(folded, /^원인:$/m);
    const stopped = await failure("console.log('now');\nfor (;;);", { interrupt_at: 'now' });
    assert.equal(stopped, 'KeyboardInterrupt: 셀 실행이 중단되었습니다.');
  });

  it("says type errors in the field's words", async () => {
    assert.match(
      await failure("const three: number = 'text';"),
      /^TypeError TS2322 In\[\d+\]:1:7: `three`: 문자열 \(필요: 숫자\)$/m,
    );
  });

  it('finds the line of a name without a value', async () => {
    await failure("const unset: number = (() => { throw new Error('no'); })();");
    assert.match(await failure('const two = 2;\nunset + two'), /unset: 값이 없습니다[^]*In\[\d+\]:2/);
  });

  it('says in Korean that a cell ended the kernel', async () => {
    assert.match(await failure('process.exit(3);'), /^셀이 process\.exit\(3\)로 커널을 종료했습니다/);
  });
});
