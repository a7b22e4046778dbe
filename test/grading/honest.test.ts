import { itGradesHonestWork } from './honestClass';

// The same works at every run; the slow suite draws others.
itGradesHonestWork(60, 8, 2026);
