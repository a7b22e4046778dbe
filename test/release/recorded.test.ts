import { expectSameVerdicts } from './recorded';

describe('the public tests of a student edition, as values', () => {
  for (const exercise of ['01-count-conv', '06-bottleneck', '10-evolution'])
    it(`say of each known mistake in ${exercise} what they were made of`, () => expectSameVerdicts(exercise));
});
