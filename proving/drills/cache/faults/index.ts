import type { CacheFaultKind } from '../../model.ts';
import type { ShardFault, ShardFaultContext } from '../types.ts';
import { flush } from './flush.ts';
import { hang, kill } from './nodes.ts';
import { partition } from './partition.ts';

export { emptied } from './flush.ts';

const MAKE: Readonly<
  Record<CacheFaultKind, (context: ShardFaultContext) => ShardFault | Promise<ShardFault>>
> = { kill, hang, partition, flush };

/** Breaks the shards from outside. Call `release` whatever happens next. */
export async function injectShardFault(
  kind: CacheFaultKind,
  context: ShardFaultContext,
): Promise<ShardFault> {
  return MAKE[kind](context);
}
