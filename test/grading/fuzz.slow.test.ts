import { itBoundsWhatStrangersCost } from './fuzzTrustedSide';

describe('the trusted side', () => itBoundsWhatStrangersCost(3000, Math.floor(Math.random() * 2 ** 31)));
