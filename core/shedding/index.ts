export {
  ADMISSION_DEFAULTS,
  AdmissionLevel,
  type AdmissionOptions,
  type AdmissionStatus,
  type QueueView,
} from './admission-level.ts';
export { CRITICALITIES, CRITICALITY_DEFAULT, criticalityOf, type Criticality } from './criticality.ts';
export { classOfRank, groupOf, rankOf, RANKS, USER_GROUPS, type Rankable } from './rank.ts';
export { isWorthDoing, refusal, type Refusal, type RefusalReason } from './refusal.ts';
export { WaitingList, type Waiting } from './waiting-list.ts';
