/** What commands do to the server processes of the world, and what the checker notes of it. */

import type { Entry } from '../../../../core/cache/protocol/index.ts';
import type { Protocol } from './protocol.ts';
import type { LateStore, Process, World } from './world.ts';

export function processOf(world: World, incarnation: string | null): Process | null {
  for (const processes of world.processes) {
    const found = processes.find((process) => process.incarnation === incarnation);
    if (found) return found;
  }
  return null;
}

export function entryAt(world: World, incarnation: string, key: number): Entry<number> | undefined {
  return processOf(world, incarnation)?.data[key] ?? undefined;
}

export function withEntry(
  world: World,
  incarnation: string,
  key: number,
  entry: Entry<number> | undefined,
): World {
  return changed(world, incarnation, (data) => data.with(key, entry ?? null));
}

export function deleted(world: World, incarnation: string, key: number): World {
  return outdated(withEntry(world, incarnation, key, undefined), incarnation, key);
}

export function flushed(world: World, incarnation: string): World {
  let after = changed(world, incarnation, (data) => data.map(() => null));
  for (let key = 0; key < world.committed.length; key += 1) after = outdated(after, incarnation, key);
  return after;
}

/** I-22: what is stored was not invalidated on this process since its fill began. */
export function stored(world: World, protocol: Protocol, fill: LateStore): readonly [World, boolean] {
  const [entry, isStored] = protocol.store(entryAt(world, fill.at, fill.key), fill.token, fill.version);
  if (!isStored) return [world, false];
  const after = withEntry(world, fill.at, fill.key, entry);
  const violation = fill.isOutdated
    ? `I-22: a fill of key ${fill.key} that began before its invalidation was stored after it`
    : after.violation;
  return [{ ...after, violation }, true];
}

function changed(
  world: World,
  incarnation: string,
  change: (data: Process['data']) => Process['data'],
): World {
  return {
    ...world,
    processes: world.processes.map((processes) =>
      processes.map((process) =>
        process.incarnation === incarnation ? { ...process, data: change(process.data) } : process,
      ),
    ),
  };
}

/** Every fill of the key that this process gave began before an invalidation. */
function outdated(world: World, incarnation: string, key: number): World {
  return {
    ...world,
    clients: world.clients.map((client) =>
      client.read?.key === key && client.read.filledAt === incarnation
        ? { ...client, read: { ...client.read, isOutdated: true } }
        : client,
    ),
    late: world.late.map((command) =>
      command.key === key && command.at === incarnation ? { ...command, isOutdated: true } : command,
    ),
  };
}
