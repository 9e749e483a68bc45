import { functionsRun } from '../../conditions.ts';
import { serviceTask, webTask } from '../targets.ts';
import type { FrontExpectation, FrontScenario, FrontSetting } from '../types.ts';
import { exactly, NO_WORSE_THAN_THE_BALANCER, NOTHING_WRONG, RECOVERS, within } from './rules.ts';

const HOLD_MS = 12_000;
const WATCH_MS = 25_000;
/** Many times what an answer takes, and less than a client waits. */
const SLOW_MS = 100;
/** Until a web task that says nothing gets nothing more: the balancer alone takes 10 s at AWS's pace. */
const WEB_BAD_UNTIL_MS_MAX = 4000;
const WEB_FAILED_IDEMPOTENT_MAX = 5;
const SERVICE_FAILED_IDEMPOTENT_MAX = 2;
const SERVICE_NORMAL_AFTER_MS_MAX = 2000;

const WHAT: Readonly<Record<FrontSetting['fault'], string>> = {
  kill: 'dies',
  hang: 'freezes',
  slow: `answers ${2 * SLOW_MS} ms later`,
  partition: 'cannot be reached by those who send to it, nor by one prober',
  deploy: '',
};

export const webTaskScenario: FrontScenario = {
  name: 'web-task',
  tier: 'web',
  faults: ['kill', 'hang', 'slow', 'partition'],
  hypothesis: (setting) =>
    `A web task ${WHAT[setting.fault]}: ${webPromise(setting)}, and nothing is done twice.`,
  target: webTask,
  measuresFloor: true,
  holdMs: HOLD_MS,
  watchMs: () => WATCH_MS,
  slowMs: SLOW_MS,
  expectations: (setting) => [...NOTHING_WRONG, ...ofWeb(setting)],
};

function webPromise(setting: FrontSetting): string {
  switch (setting.fault) {
    case 'kill':
      return 'it costs no more than the balancer alone lets happen, and a client with one budgeted retry notices nothing';
    case 'slow':
      return 'nothing fails';
    default:
      return functionsRun(setting)
        ? `it gets nothing more within ${WEB_BAD_UNTIL_MS_MAX} ms, and a client with one budgeted retry hardly notices`
        : 'the balancer stops sending to it by itself, and requests recover';
  }
}

function ofWeb(setting: FrontSetting): readonly FrontExpectation[] {
  if (setting.fault === 'slow') return [exactly('failed', 0)];
  if (setting.fault === 'kill') {
    const floor = functionsRun(setting) ? [NO_WORSE_THAN_THE_BALANCER] : [];
    return [...floor, exactly('failed_idempotent', 0)];
  }
  if (!functionsRun(setting)) return [RECOVERS];
  return setting.pace === 'aws'
    ? [within('bad_until_ms', WEB_BAD_UNTIL_MS_MAX)]
    : [within('failed_idempotent', WEB_FAILED_IDEMPOTENT_MAX), within('bad_until_ms', WEB_BAD_UNTIL_MS_MAX)];
}

export const serviceTaskScenario: FrontScenario = {
  name: 'service-task',
  tier: 'service',
  faults: ['kill', 'hang', 'slow', 'partition'],
  hypothesis: ({ fault }) => {
    const most = serviceFailedMax(fault);
    return `A task of the service ${WHAT[fault]}: at most ${most} idempotent requests fail, everything is as before after ${SERVICE_NORMAL_AFTER_MS_MAX} ms, and nothing is done twice.`;
  },
  target: serviceTask,
  measuresFloor: false,
  holdMs: HOLD_MS,
  watchMs: () => WATCH_MS,
  slowMs: SLOW_MS,
  controlPool: 'plain',
  expectations: ({ fault }) => [
    ...NOTHING_WRONG,
    within('failed_idempotent', serviceFailedMax(fault)),
    within('normal_after_ms', SERVICE_NORMAL_AFTER_MS_MAX),
  ],
};

function serviceFailedMax(fault: FrontSetting['fault']): number {
  return fault === 'kill' || fault === 'slow' ? 0 : SERVICE_FAILED_IDEMPOTENT_MAX;
}
