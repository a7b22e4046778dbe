/** Every reference file through the command; the small ones on plain JavaScript, too. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const shared = path.join(__dirname, '../../../shared/reference');
const script = path.join(__dirname, '../../src/parity/parityCommand.ts');

describe('parity with all reference files (slow)', function () {
  this.timeout(1_800_000);
  before(function () {
    if (fs.existsSync(shared)) return;
    this.test!.parent!.title += ` (skipped: no ${shared})`;
    this.skip();
  });

  function itPasses(what: string, files: () => string[], ...options: string[]): void {
    it(what, function () {
      const args = ['--import', 'tsx', script, ...options, ...files()];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      assert.equal(
        status,
        0,
        `${stdout
          .split('\n')
          .filter(line => line.includes('FAILED'))
          .join('\n')}\n${stderr}`,
      );
      this.test!.title += `: ${stdout.trim().split('\n').at(-1)}`;
    });
  }

  const logits = (): string[] =>
    fs.readdirSync(path.join(shared, 'logits')).map(name => path.join(shared, 'logits', name));
  itPasses('networks', logits);
  const own = path.join(__dirname, 'references');
  itPasses('the references in float64', () => [
    path.join(own, 'ops.json'),
    ...['timm-seresnet50', 'timm-convnext_tiny', 'convnext_small', 'convnext_base', 'convnext_large'].map(name =>
      path.join(own, `logits/${name}.json`),
    ),
  ]);
  itPasses('techniques and training steps', () => [path.join(shared, 'ops.json')]);
  itPasses(
    'the small networks on cpu',
    () => ['timm-mobilenetv1_100', 'mobilenet_v2', 'resnet18'].map(name => path.join(shared, `logits/${name}.json`)),
    '--backend',
    'cpu',
  );
});
