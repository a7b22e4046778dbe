export { check, CheckResult } from './check';
