export { createEvents, type EventsPart, type EventsPorts } from './part.ts';
