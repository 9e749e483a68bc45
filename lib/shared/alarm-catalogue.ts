/**
 * Every alarm of the kit, by failure. The runbook has one section for each failure, under its name; a test
 * compares the two lists.
 */

import { FAILURES, type Failure } from '../../core/failures.ts';
import { parameterRoot, type Tier } from '../../core/naming.ts';

/** What one alarm of a failure watches: each of these, or the environment as a whole. */
export type AlarmSubject =
  'member' | 'zone' | 'function' | 'resource' | 'shard' | 'application' | 'environment';

/** The controller that an alarm wakes; null where only people are told. */
export type Woken = 'replica-pool' | 'write-failover' | 'cache-router' | 'dns-failover' | null;

export interface CatalogueEntry {
  readonly failure: Failure;
  /** The tier whose composite alarm holds it, where it has several; null where each alarm tells people by itself. */
  readonly tier: Tier | null;
  readonly subject: AlarmSubject;
  readonly wakes: Woken;
  /** What it means, in plain words. */
  readonly meaning: string;
}

const ENTRIES: Readonly<Record<Failure, Omit<CatalogueEntry, 'failure'>>> = {
  'reader-unreachable': {
    tier: 'database',
    subject: 'member',
    wakes: 'replica-pool',
    meaning: 'A prober cannot connect or log in to this reader. The reader-pool controller takes it out.',
  },
  'reader-broken': {
    tier: 'database',
    subject: 'member',
    wakes: 'replica-pool',
    meaning:
      'This reader answers with errors that are no sign of load. The reader-pool controller takes it out.',
  },
  'reader-lagging': {
    tier: 'database',
    subject: 'member',
    wakes: 'replica-pool',
    meaning: 'This reader is further behind than lag-ms-max. The reader-pool controller takes it out.',
  },
  'readers-low': {
    tier: 'database',
    subject: 'environment',
    wakes: null,
    meaning: 'Fewer readers are fit than panic-ratio allows. The pool fails open: nothing more is removed.',
  },
  'writer-unreachable': {
    tier: 'database',
    subject: 'member',
    wakes: 'write-failover',
    meaning: 'A prober cannot reach the writer. AWS fails over by itself; ours follows only if AWS does not.',
  },
  'writer-read-only': {
    tier: 'database',
    subject: 'member',
    wakes: 'write-failover',
    meaning: 'The member known as the writer refuses writes. Pools look for the new writer by asking.',
  },
  'writer-stalled': {
    tier: 'database',
    subject: 'member',
    wakes: 'write-failover',
    meaning:
      'The writer accepts connections but heartbeat writes time out: a gray failure that AWS does not see.',
  },
  'prober-silent': {
    tier: null,
    subject: 'zone',
    wakes: null,
    meaning:
      'The prober of this zone writes no observations. Missing data is no evidence: nothing is removed.',
  },
  'prober-blind': {
    tier: null,
    subject: 'zone',
    wakes: null,
    meaning: 'The prober of this zone sees less than half of all targets, so it does not vote.',
  },
  'recovery-failed': {
    tier: null,
    subject: 'environment',
    wakes: null,
    meaning: 'A recovery is unfinished beyond its bound, or one of its steps failed. A person must look.',
  },
  'function-failing': {
    tier: null,
    subject: 'function',
    wakes: null,
    meaning: 'A function of the control plane fails, is throttled, or left events in the dead-letter queue.',
  },
  'parameter-refused': {
    tier: null,
    subject: 'environment',
    wakes: null,
    meaning:
      'A threshold or a quotas document was refused, or none can be read; the last good values stay in force.',
  },
  'throttle-over-capacity': {
    tier: null,
    subject: 'resource',
    wakes: null,
    meaning:
      'For five minutes callers have wanted more of this resource than its capacity. Each gets its share; the rest is refused.',
  },
  'shard-unreachable': {
    tier: 'cache',
    subject: 'shard',
    wakes: 'cache-router',
    meaning:
      'A prober cannot reach this shard. Its keys are misses; where most zones agree it is quarantined.',
  },
  'shard-quarantined': {
    tier: 'cache',
    subject: 'shard',
    wakes: 'cache-router',
    meaning:
      'This shard has served no hits for longer than quarantined-ms. Its keys are read from the database.',
  },
  'shard-busy': {
    tier: 'cache',
    subject: 'shard',
    wakes: null,
    meaning: "For five minutes this shard's server has had almost no processor time left. Its keys are slow.",
  },
  'read-budget-spent': {
    tier: 'cache',
    subject: 'application',
    wakes: null,
    meaning:
      'This application refuses loads at misses, minute after minute, so that the database is not overrun.',
  },
  'target-unreachable': {
    tier: 'web',
    subject: 'zone',
    wakes: 'dns-failover',
    meaning: 'A prober gets no good answer from a task behind the balancer. dns-failover deregisters it.',
  },
  'targets-low': {
    tier: 'web',
    subject: 'environment',
    wakes: null,
    meaning: 'Fewer targets are fit than panic-ratio allows. Nothing more is deregistered.',
  },
  'zone-gray': {
    tier: 'edge',
    subject: 'zone',
    wakes: 'dns-failover',
    meaning:
      'Most targets of this zone fail and those of the others do not. A zonal shift leads away from it.',
  },
  'edge-unreachable': {
    tier: 'edge',
    subject: 'environment',
    wakes: 'dns-failover',
    meaning: 'The primary edge gives no good answer from outside. Route 53 answers with the secondary.',
  },
  'record-drifted': {
    tier: 'edge',
    subject: 'environment',
    wakes: null,
    meaning: 'A DNS record is not what was deployed. dns-failover repairs it outside of recoveries.',
  },
  'deployment-failed': {
    tier: 'service',
    subject: 'environment',
    wakes: null,
    meaning: 'New tasks did not become healthy; ECS went back to the version before.',
  },
};

/** One entry for every failure the kit knows, in the order of the failures. */
export const ALARM_CATALOGUE: readonly CatalogueEntry[] = FAILURES.map((failure) => ({
  failure,
  ...ENTRIES[failure],
}));

export function catalogueEntry(failure: Failure): CatalogueEntry {
  return { failure, ...ENTRIES[failure] };
}

/** The section of the runbook that belongs to a failure. */
export function runbookSection(failure: Failure): string {
  return `docs/runbook.md#${failure}`;
}

/** All alarms of an environment start with this; the rights of the alarms depend on it. */
export function alarmPrefix(environmentName: string): string {
  return `understudy-${environmentName}-`;
}

/** e.g. `understudy-demo-reader-lagging-member-2`; without a subject for the environment as a whole. */
export function alarmName(environmentName: string, failure: Failure, subject?: string): string {
  return `${alarmPrefix(environmentName)}${failure}${subject === undefined ? '' : `-${subject}`}`;
}

/** e.g. `understudy-demo-database-tier`: the composite that people are told by. */
export function compositeAlarmName(environmentName: string, tier: Tier): string {
  return `${alarmPrefix(environmentName)}${tier}-tier`;
}

/** The description of an alarm: what it means, what to read, and what is in force. */
export function alarmDescription(environmentName: string, failure: Failure): string {
  const { meaning } = catalogueEntry(failure);
  return `${meaning} Runbook: ${runbookSection(failure)}. Thresholds: ${parameterRoot(environmentName)}.`;
}
