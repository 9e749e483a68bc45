import { functionsRun } from '../../conditions.ts';
import { edgeNode, edgePrimary } from '../targets.ts';
import type { FrontExpectation, FrontScenario, FrontSetting } from '../types.ts';
import { exactly, NOTHING_WRONG, RECOVERS, within } from './rules.ts';

const HOLD_MS = 12_000;
const WATCH_MS = 25_000;
/** What a client that tries the next address may lose to an address that dies. */
const NODE_FAILED_MAX = 60;
const NODE_BAD_UNTIL_MS_MAX = 300;
/** An address that says nothing costs each client one wait for it; then it is taken last. */
const SILENT_BAD_UNTIL_MS_MAX = 3000;
/** Many times what an answer takes, and less than a client waits. */
const SLOW_MS = 100;

const NODE_WHAT: Readonly<Record<FrontSetting['fault'], string>> = {
  kill: 'One address of the balancer dies',
  hang: 'One address of the balancer freezes',
  slow: `One address of the balancer answers ${2 * SLOW_MS} ms later`,
  partition: 'The clients lose one address of the balancer',
  deploy: '',
};

export const edgeNodeScenario: FrontScenario = {
  name: 'edge-node',
  tier: 'edge',
  faults: ['kill', 'hang', 'slow', 'partition'],
  hypothesis: ({ fault }) => {
    const bound = fault === 'kill' ? NODE_BAD_UNTIL_MS_MAX : SILENT_BAD_UNTIL_MS_MAX;
    const then =
      fault === 'slow'
        ? 'nothing fails'
        : `a client that tries the next address goes on within ${bound} ms, and no idempotent request fails`;
    return `${NODE_WHAT[fault]}: ${then}.`;
  },
  target: edgeNode,
  measuresFloor: false,
  holdMs: HOLD_MS,
  watchMs: () => WATCH_MS,
  slowMs: SLOW_MS,
  expectations: ({ fault }) => [...NOTHING_WRONG, exactly('failed_idempotent', 0), ...ofNode(fault)],
};

function ofNode(fault: FrontSetting['fault']): readonly FrontExpectation[] {
  switch (fault) {
    case 'kill':
      return [within('failed', NODE_FAILED_MAX), within('bad_until_ms', NODE_BAD_UNTIL_MS_MAX)];
    case 'slow':
      return [exactly('failed', 0)];
    default:
      return [within('bad_until_ms', SILENT_BAD_UNTIL_MS_MAX), RECOVERS];
  }
}

/**
 * At AWS's pace 200 s with the metric check: a minute until the metric is next published, two periods of it, the time to
 * live of the name. At the fast pace all but the first is a tenth.
 */
const PRIMARY_BAD_UNTIL_MS_MAX = { aws: 200_000, fast: 74_000 } as const;
const PRIMARY_AFTER_MS = 15_000;

export const edgePrimaryScenario: FrontScenario = {
  name: 'edge-primary',
  tier: 'edge',
  faults: ['kill'],
  hypothesis: (setting) =>
    functionsRun(setting)
      ? `The whole primary balancer dies: clients are led to the other one within ${PRIMARY_BAD_UNTIL_MS_MAX[setting.pace] / 1000} s by health checks made beforehand, without a call of the Route 53 control plane.`
      : 'The whole primary balancer dies and nobody publishes its health: the balancer itself must come back, without a call of the Route 53 control plane.',
  target: edgePrimary,
  measuresFloor: false,
  holdMs: 0,
  watchMs: ({ pace }) => PRIMARY_BAD_UNTIL_MS_MAX[pace] + PRIMARY_AFTER_MS,
  slowMs: 0,
  expectations: ({ pace }) => [
    ...NOTHING_WRONG,
    within('bad_until_ms', PRIMARY_BAD_UNTIL_MS_MAX[pace]),
    RECOVERS,
  ],
};
