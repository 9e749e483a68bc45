export { newCheckers } from './all.ts';
