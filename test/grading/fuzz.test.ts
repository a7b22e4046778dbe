import { itBoundsWhatStrangersCost } from './fuzzTrustedSide';

// The same inputs at every run; the slow suite draws others.
describe('the trusted side', () => itBoundsWhatStrangersCost(120, 2026));
