/** The real promotion of a reader. Whatever fails, no write that was acknowledged is lost: storage holds it. */

import type { Node } from './node.ts';
import { until } from './poll.ts';
import { continueReplay } from './replay.ts';
import type { Storage } from './storage.ts';

const CATCH_UP_MS_MAX = 10_000;
const PROMOTE_MS_MAX = 10_000;
/** A target that hangs must not hold the cluster up. */
const ANSWER_MS_MAX = 2_000;

export interface Promotion {
  readonly storage: Storage;
  readonly target: Node;
  /** Makes sure that the old writer acknowledges nothing any more: closes its door, ends it or leaves it hanging. */
  readonly fence: () => Promise<void>;
}

export async function promote({ storage, target, fence }: Promotion): Promise<void> {
  await target.value('SELECT 1', ANSWER_MS_MAX);
  await fence();
  const end = await storage.detach();
  // A fault may have stopped the target's replay: a promotion replays what is left first, as Aurora's does.
  await continueReplay(target, ANSWER_MS_MAX);
  await until(`${target.name} replays all that storage holds`, CATCH_UP_MS_MAX, async () =>
    (await target.position(ANSWER_MS_MAX)) >= end ? true : undefined,
  );
  await target.sql('SELECT pg_promote(false)', ANSWER_MS_MAX);
  await until(`${target.name} is promoted`, PROMOTE_MS_MAX, async () =>
    (await target.value('SELECT pg_is_in_recovery()', ANSWER_MS_MAX)) === 'false' ? true : undefined,
  );
  // A record that crosses the border of segments would stop a follower: the old tail ends here.
  await target.sql('SELECT pg_switch_wal()', ANSWER_MS_MAX);
  await storage.followWriter(target);
}
