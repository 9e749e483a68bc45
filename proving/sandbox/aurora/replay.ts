/** Stops and continues the replay of a reader: it stays up and answers, with what it had (F-32). */

import { UnderstudyError } from '../../../core/errors.ts';
import type { Node } from './node.ts';
import { until } from './poll.ts';

/** Replay stops between two records: at once, unless a long one is being replayed. */
const PAUSED_MS_MAX = 5_000;

/**
 * Resolves when replay stands, or goes on. A restart of the node lets it go on, too.
 * @throws UnderstudyError `no-replay` for a node that writes or does not answer
 */
export async function setReplay(node: Node, paused: boolean): Promise<void> {
  const replays = await node.value('SELECT pg_is_in_recovery()').catch(() => null);
  if (replays !== 'true') {
    const why = replays === null ? 'it does not answer' : 'it is the writer, which replays nothing';
    throw new UnderstudyError(
      `${node.name}: replay cannot be ${paused ? 'stopped' : 'continued'}: ${why}. Fix: choose a reader that serves`,
      { code: 'no-replay', advice: 'check' },
    );
  }
  if (!paused) return continueReplay(node);
  await node.sql('SELECT pg_wal_replay_pause()');
  await until(`${node.name} stops replaying`, PAUSED_MS_MAX, async () =>
    (await node.value('SELECT pg_get_wal_replay_pause_state()')) === 'paused' ? true : undefined,
  );
}

/** For a standby, whether it was stopped or not. */
export async function continueReplay(node: Node, timeoutMs?: number): Promise<void> {
  await node.sql('SELECT pg_wal_replay_resume()', timeoutMs);
}
