import type { FrontScenario } from '../types.ts';
import { exactly, NOTHING_WRONG } from './rules.ts';

/** After the deployment is over. */
const AFTER_MS = 8000;

const DEPLOYMENT = {
  tier: 'web',
  faults: ['deploy'],
  target: () => ({
    name: 'web',
    victims: [],
    pids: [],
    ids: ['web'],
    cuts: [],
    open: null,
    writer: null,
  }),
  measuresFloor: false,
  holdMs: 0,
  watchMs: () => AFTER_MS,
  slowMs: 0,
} satisfies Partial<FrontScenario>;

export const deployNewVersion: FrontScenario = {
  ...DEPLOYMENT,
  name: 'deploy-new-version',
  hypothesis: () =>
    'Another version of the web tier takes the place of the one that runs, task by task: no request fails.',
  deployment: 'good',
  expectations: () => [
    ...NOTHING_WRONG,
    exactly('failed', 0),
    { rule: 'completed', holds: ({ completed }) => completed === true },
    exactly('new_version_pct', 100),
  ],
};

export const deployBadVersion: FrontScenario = {
  ...DEPLOYMENT,
  name: 'deploy-bad-version',
  hypothesis: () =>
    'A version of the web tier that does not answer its health path is deployed: it is rolled back by itself with the reason, and no request fails.',
  deployment: 'bad',
  expectations: () => [
    ...NOTHING_WRONG,
    exactly('failed', 0),
    { rule: 'rolled back', holds: ({ completed }) => completed === false },
    { rule: 'says why', holds: ({ reason }) => reason !== null && reason !== '' },
    exactly('new_version_pct', 0),
  ],
};
