/** The tasks of the web tier and of the services behind it, as a drill sees them. */

import type { ServiceTask } from '../../../proving/drills/index.ts';
import type { ContainerTask } from '../../../proving/sandbox/index.ts';
import type { Front } from './outputs.ts';

/** Those that run: of one that is starting or ending there is nothing to break. */
export function serviceTask(task: ContainerTask, front: Front): readonly ServiceTask[] {
  const { az, address, port, pid, version, status, service } = task;
  if (pid === null || status !== 'RUNNING') return [];
  const isWeb = service === front.webService;
  if (!isWeb && !front.services.includes(service)) return [];
  const tier = isWeb ? 'web' : 'service';
  return [{ id: `${address}:${port}`, tier, az, address, port, pid, version }];
}
