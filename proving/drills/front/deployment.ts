/** A deployment as somebody sees it who looks at the tasks from outside. */

import { round } from '../measure/statistics.ts';
import type { Deployed, Deployment, FrontPlace } from './ports.ts';

export interface Watched {
  readonly deployed: Deployed;
  /** A task of the version was seen to run. */
  readonly faultVerified: boolean;
  /** Of the web tasks at the end, those that run it; null without any. */
  readonly newVersionPct: number | null;
}

const LOOK_MS = 500;

export async function watchDeployment(front: FrontPlace, deployment: Deployment): Promise<Watched> {
  const seen = new Set<string | null>();
  const look = async (): Promise<readonly (string | null)[]> => {
    const tasks = (await front.tasks()).filter(({ tier }) => tier === 'web');
    for (const { version } of tasks) seen.add(version);
    return tasks.map(({ version }) => version);
  };
  // A look that fails is made again; the deployment tells what is wrong.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS);
  try {
    const deployed = await front.deploy(deployment);
    const versions = await look();
    const isNew = versions.filter((version) => version === deployed.version).length;
    return {
      deployed,
      faultVerified: seen.has(deployed.version),
      newVersionPct: versions.length === 0 ? null : round((100 * isNew) / versions.length),
    };
  } finally {
    clearInterval(timer);
  }
}
