/** As whom tasks run: as the user that engines run as, where that one may read what they are made of. */

import { fileURLToPath } from 'node:url';
import { isReachable } from '../../elasticache/server-place.ts';
import type { World } from '../../kernel/index.ts';
import { MODULES } from './task-environment.ts';

/** A checkout in somebody's home may be closed to others: then tasks run as the sandbox does, and its log says so. */
export function mayRunUnprivileged(world: World): boolean {
  if (world.unprivileged === null) return true;
  const needed = [process.execPath, MODULES, fileURLToPath(new URL('../../network', import.meta.url))];
  const closed = needed.find((file) => !isReachable(file));
  if (closed === undefined) return true;
  world.log('ecs', 'tasks run as the sandbox itself: others may not read what they need', { closed });
  return false;
}
