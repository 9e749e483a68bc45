import type { FaultKind } from '../model.ts';
import { blind } from './blind.ts';
import { hang } from './hang.ts';
import { kill } from './kill.ts';
import { lag } from './lag.ts';
import { partition } from './partition.ts';
import { slow } from './slow.ts';
import type { Fault, FaultContext } from './types.ts';

const MAKE: Readonly<Record<FaultKind, (context: FaultContext) => Fault | Promise<Fault>>> = {
  kill: ({ victim, now }) => kill(victim, now),
  hang: ({ victim, now }) => hang(victim, now),
  slow,
  partition,
  lag,
  blind,
};

/** Breaks the victim from outside. Call `release` whatever happens next. */
export async function inject(kind: FaultKind, context: FaultContext): Promise<Fault> {
  return MAKE[kind](context);
}
