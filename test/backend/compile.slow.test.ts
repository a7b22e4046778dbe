/** Every network of the catalog that works on 32 x 32 images takes the same steps, and answers the same, as a graph. */
import { backend, ready } from '../../src/backend';
import { catalog } from '../../src/models';
import { assertSameAnswers } from './sameAnswers';
import { assertSameEachStep } from './tenSteps';

describe('as a graph', function () {
  // The deepest take an hour where everything else computes, too.
  this.timeout(7_200_000);

  before(async function () {
    await ready();
    if (backend().name !== 'tensorflow') this.skip();
  });

  for (const { name, at32 } of catalog) {
    if (!at32) continue;
    for (const [what, same] of Object.entries({ answers: assertSameAnswers, steps: assertSameEachStep })) {
      it(`${name}: the same ${what}`, () => {
        const net = at32();
        try {
          same(net, 4);
        } finally {
          net.dispose();
        }
      });
    }
  }
});
