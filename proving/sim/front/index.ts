export { drawFrontSite, type FrontSite, RECORDS as FRONT_RECORDS, REQUESTS_PER_TARGET } from './site.ts';
export { FrontTier, type FrontDefect } from './tier.ts';
export type { FrontChange, FrontRequest, FrontView, TaskView } from './view.ts';
