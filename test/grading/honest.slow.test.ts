import { itGradesHonestWork } from './honestClass';

itGradesHonestWork(600, 60, Math.floor(Math.random() * 2 ** 31));
