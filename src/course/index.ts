export { check } from './check';
export { hint } from './hints';
export { answer, question } from './questions';
export { type QuestionSource } from './seal';
