/** The architectures, one file a paper, and the catalog of their named variants. */
export * from './catalog';
export type { Published, PublishedValue } from './published';
