export { check } from './check';
export { hint } from './hints';
export { progress } from './progress';
export { answer, question } from './questions';
export { type QuestionSource } from './seal';
