export { filterImages } from './filters';
