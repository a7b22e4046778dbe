/** Every network of the catalog that trains on 32 x 32 pictures takes the same ten steps as one graph. */
import { backend, ready } from '../../src/backend';
import { catalog } from '../../src/models';
import { assertSameSteps } from './tenSteps';

describe('ten compiled steps are those of eager execution', function () {
  this.timeout(900_000);

  before(async function () {
    await ready();
    if (backend().name !== 'tensorflow') this.skip();
  });

  for (const { name, at32 } of catalog) {
    if (!at32) continue;
    it(name, () => {
      const net = at32();
      try {
        assertSameSteps(net, 4);
      } finally {
        net.dispose();
      }
    });
  }
});
