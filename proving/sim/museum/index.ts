export type { Exhibit } from './exhibit.ts';
export { EXHIBITS } from './exhibits.ts';
export { runExhibit, runMuseum, type MuseumLine, type MuseumOptions, type MuseumRow } from './run.ts';
