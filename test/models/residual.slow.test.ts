/** The references that resnet.test.ts and densenet.test.ts leave out, at their own input size. */
import { ready } from '../../src';
import { preactResnet } from '../../src/models/preactResnet';
import { resnet } from '../../src/models/resnet';
import { resnext } from '../../src/models/resnext';
import { seResnet } from '../../src/models/senet';
import { itMatchesReference } from './residual';

describe('residual networks and their references', () => {
  before(async () => {
    await ready();
  });

  itMatchesReference('resnet50', () => resnet());
  itMatchesReference('timm-resnetv2_50', () => preactResnet({ depth: 50, order: 'poolNorm' }));
  itMatchesReference('resnext50_32x4d', () => resnext());
  itMatchesReference('timm-seresnet50', () => seResnet());
});
