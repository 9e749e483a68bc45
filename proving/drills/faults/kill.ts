import net from 'node:net';
import type { Member } from '../model.ts';
import { send, stateOf, stopTree } from './processes.ts';
import type { Fault } from './types.ts';
import { comesTrue } from './until.ts';

const CONNECT_MS = 500;

/**
 * Ends the whole process tree (F-01), stopping it first: a process that forks while it is being killed would leave an
 * orphan that belongs to nobody. Verified when all are gone and connecting is refused.
 */
export function kill(victim: Pick<Member, 'pid' | 'address' | 'port'>, now: () => number): Fault {
  const pids = stopTree(victim.pid);
  for (const pid of pids) send(pid, 'SIGKILL');
  const at = now();
  return {
    kind: 'kill',
    at,
    verify: () =>
      comesTrue(
        async () => pids.every((pid) => [null, 'Z'].includes(stateOf(pid))) && (await refused(victim)),
      ),
    release: () => Promise.resolve(),
  };
}

function refused(member: Pick<Member, 'address' | 'port'>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: member.address, port: member.port, timeout: CONNECT_MS });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'));
  });
}
