import { itBoundsWhatStrangersCost } from './fuzzTrustedSide';

describe('the trusted side', () => itBoundsWhatStrangersCost(120));
