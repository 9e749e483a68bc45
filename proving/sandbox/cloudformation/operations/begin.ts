/** Sets a deployment going. */

import { deploy } from '../engine/deploy.ts';
import type { StackRecord } from '../stack-record.ts';
import type { Target } from '../target.ts';
import type { ServiceContext } from './service-context.ts';

/** Moves the stack at once, so that whoever asks next sees it in progress; the work follows. */
export function beginDeployment(
  context: ServiceContext,
  stack: StackRecord,
  target: Target,
  token: string | undefined,
  ended: () => void,
): void {
  const { engine } = context;
  const kind = stack.state.operation === 'review' ? 'create' : 'update';
  const operation = engine.log.begin(token);
  if (kind === 'create') stack.target = target;
  else stack.updatedAt = engine.world.now();
  // What a creation left behind without rolling back is what later rollbacks go back to.
  if (stack.state.operation === 'create') stack.journal = [];
  engine.log.move(stack, operation, { operation: kind, stage: 'in-progress' }, 'User Initiated');
  context.start(stack, async () => {
    await deploy(engine, { stack, operation, target, kind, replaced: [] });
    ended();
  });
}
