export type { ServiceDefect } from './defect.ts';
export { drawSite, RESOURCE, type CallerSite, type ServiceSite } from './site.ts';
export { startService, type ThrottledService } from './start.ts';
export type { CallerSecond } from './tally.ts';
export type { InstanceAllowance, ServiceSecond, ServiceView } from './view.ts';
