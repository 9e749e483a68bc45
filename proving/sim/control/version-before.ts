/**
 * A function as the version before this one was (F-39). It does not know what came later: `dns-failover` wrote the
 * list of targets before it remembered anything in it or of them, and `health-check` looked at no targets at all. Whatever it
 * does not know it neither reads nor writes back.
 */

import type { TargetsItem } from '../../../core/state/front-items.ts';
import type { FolderName, FunctionPorts } from './defect.ts';

/** @param shows told when it makes a difference */
export function versionBefore(ports: FunctionPorts, folder: FolderName, shows: () => void): FunctionPorts {
  const { front } = ports;
  if (front === null) return ports;
  if (folder === 'health-check') {
    shows();
    return { ...ports, front: null };
  }
  const { store } = front;
  const known = (item: TargetsItem): TargetsItem => {
    const isKnown = item.memory === undefined && item.targets.every((one) => one.stoppedAt === undefined);
    if (isKnown) return item;
    shows();
    const { memory: _memory, ...rest } = item;
    return { ...rest, targets: item.targets.map(({ stoppedAt: _stoppedAt, ...target }) => target) };
  };
  const older = {
    ...store,
    readTargets: async (env: string) => {
      const item = await store.readTargets(env);
      return item === null ? null : known(item);
    },
    putTargets: (item: TargetsItem) => store.putTargets(known(item)),
  };
  return { ...ports, front: { ...front, store: older } };
}
