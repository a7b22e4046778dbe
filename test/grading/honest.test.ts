import { itGradesHonestWork } from './honestClass';

itGradesHonestWork(60, 8);
