import { gridOnBackends } from './gridOnBackends';

describe('the whole grid of convolution and pooling', () => gridOnBackends(4500));
