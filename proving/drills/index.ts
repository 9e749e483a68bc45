export type { CacheLine } from './cache/model.ts';
export { choose, chooseDeny, chooseWithout, legalPairs, SCENARIO_NAMES, type Choice } from './choose.ts';
export { runChoice, textOf, type AnyLine, type DrillConditions } from './drill.ts';
export { readBack } from './checker.ts';
export { DENIABLE, WITHOUT, type Without } from './conditions.ts';
export { hang, inject, kill, processTree, stateOf, type Fault } from './faults/index.ts';
export { BASE_LOAD, DEFAULT_LOAD, now, startLoad, type RunningLoad } from './load/index.ts';
export { failed, latencyMs } from './measure/statistics.ts';
export { FAULT_KINDS } from './model.ts';
export type {
  Action,
  CacheNode,
  Denial,
  DrillLine,
  EdgeNode,
  FaultKind,
  Member,
  Records,
  Sample,
  ServiceTask,
  TierRecords,
  Viewpoint,
} from './model.ts';
export { pause } from './pause.ts';
export { askDoor } from './front/load/ask.ts';
export type { FrontLine } from './front/model.ts';
export type { Deployed, Deployment, Door, FrontPlace } from './front/ports.ts';
export type {
  CacheLogin,
  Deny,
  DrillPlace,
  DrillTask,
  NetworkRule,
  ServiceAnswer,
  ServiceFault,
} from './ports.ts';
export { worstOf, type WorstLine } from './worst.ts';
export type { ThrottleLine } from './throttle/model.ts';
