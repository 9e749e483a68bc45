/** Runs what is done to stacks: one operation at a time on each, any number of stacks side by side. */

import { isBusy, type StackState } from '../../twin/cloudformation/index.ts';
import type { Engine } from './engine/engine.ts';
import type { StackRecord } from './stack-record.ts';

export class StackWork {
  readonly #onBreak: (stack: StackRecord, error: unknown) => void;
  readonly #last = new Map<string, Promise<void>>();

  constructor(onBreak: (stack: StackRecord, error: unknown) => void) {
    this.#onBreak = onBreak;
  }

  start(stack: StackRecord, task: () => Promise<void>): void {
    const before = this.#last.get(stack.id) ?? Promise.resolve();
    const run = before.then(task).catch((error: unknown) => this.#onBreak(stack, error));
    this.#last.set(stack.id, run);
    void run.finally(() => {
      if (this.#last.get(stack.id) === run) this.#last.delete(stack.id);
    });
  }

  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values());
  }
}

/** An error of our own, not of a resource: the stack fails loudly instead of staying in progress for ever. */
export function breakOff(engine: Engine, stack: StackRecord, error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  engine.world.log('cloudformation', `${stack.name}: an operation broke off`, { error: detail });
  if (!isBusy(stack.state)) return;
  const stage = stack.state.stage === 'cleaning-up' ? 'complete' : 'failed';
  const state = { operation: stack.state.operation, stage } as StackState;
  engine.log.move(stack, engine.log.begin(undefined), state, `Internal failure: ${String(error)}`);
}
