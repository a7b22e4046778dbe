import { itGradesHonestWork } from './honestClass';

itGradesHonestWork(600, 60);
