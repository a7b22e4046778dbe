export { choose, oneOf, positive, wholeNumber, withDepth } from '../base/options';
