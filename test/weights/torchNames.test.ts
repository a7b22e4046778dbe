/** Every name of PyTorch's that we have is one that torchvision or timm has; torchNames.json is made by torchNames.py. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { catalog, torchModelNames } from '../../src';

type Names = Record<'torchvision' | 'timm', { version: string; names: string[] }>;
const THEIRS = JSON.parse(fs.readFileSync(path.join(__dirname, 'torchNames.json'), 'utf8')) as Names;

/** The names that neither library has; timm's begin with 'timm/' or 'timm-'. */
function strange(names: readonly string[]): string[] {
  return names.filter(name => {
    const { names: theirs } = name.startsWith('timm') ? THEIRS.timm : THEIRS.torchvision;
    return !theirs.includes(name.replace(/^timm[-/]/, ''));
  });
}

describe("the names of PyTorch's networks", () => {
  it(`in the catalog are those of torchvision ${THEIRS.torchvision.version} and timm ${THEIRS.timm.version}`, () => {
    const names = catalog.flatMap(({ torch, timm }) => [...(torch ? [torch] : []), ...(timm ? [`timm/${timm.name}`] : [])]); // prettier-ignore
    assert.deepEqual(strange(names), []);
  });

  it('that torchNetwork takes are, too', () => assert.deepEqual(strange(torchModelNames()), []));

  it('would be missed if they were others', () => {
    assert.deepEqual(strange(['resnet50', 'resnet51', 'timm/seresnet50', 'timm-seresnet51', 'seresnet50']), ['resnet51', 'timm-seresnet51', 'seresnet50']); // prettier-ignore
  });
});
