export * from './space';
export * from './strategies';
