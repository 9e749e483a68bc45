/** All stacks, past and present, and who exports and imports what. */

import { randomUUID } from 'node:crypto';
import { isDeleted, REVIEW } from '../../twin/cloudformation/index.ts';
import { AwsError, type World } from '../kernel/index.ts';
import type { StackOutput, StackRecord } from './stack-record.ts';

export class StackStore {
  readonly #world: World;
  readonly #stacks = new Map<string, StackRecord>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Newest first, deleted ones included. */
  all(): StackRecord[] {
    return [...this.#stacks.values()].reverse();
  }

  standing(): StackRecord[] {
    return this.all().filter((stack) => !isDeleted(stack.state));
  }

  /** By id, deleted ones included, or by the name of a stack that is not deleted. */
  find(nameOrId: string): StackRecord | undefined {
    return this.#stacks.get(nameOrId) ?? this.standing().find((stack) => stack.name === nameOrId);
  }

  /** Throws AwsError `ValidationError`, worded as the operation words it: the CLI compares the text. */
  get(nameOrId: string, wording: 'with id' | 'in brackets' = 'with id'): StackRecord {
    const stack = this.find(nameOrId);
    if (stack !== undefined) return stack;
    const subject = wording === 'with id' ? `Stack with id ${nameOrId}` : `Stack [${nameOrId}]`;
    throw new AwsError('ValidationError', `${subject} does not exist`);
  }

  /** A new stack under review, which nobody sees before it is added. */
  draft(name: string): StackRecord {
    const { region, accountId, partition } = this.#world;
    return {
      id: `arn:${partition}:cloudformation:${region}:${accountId}:stack/${name}/${randomUUID()}`,
      name,
      createdAt: this.#world.now(),
      updatedAt: null,
      deletedAt: null,
      state: REVIEW,
      reason: 'User Initiated',
      target: null,
      terminationProtection: false,
      disableRollback: false,
      changeSetId: null,
      outputs: [],
      imports: new Set(),
      pendingImports: null,
      resources: new Map(),
      statuses: new Map(),
      events: [],
      changeSets: new Map(),
      journal: [],
    };
  }

  add(stack: StackRecord): void {
    this.#stacks.set(stack.id, stack);
  }

  exported(name: string): { readonly stack: StackRecord; readonly value: string } | undefined {
    for (const stack of this.standing()) {
      const output = stack.outputs.find(({ exportName }) => exportName === name);
      if (output !== undefined) return { stack, value: output.value };
    }
    return undefined;
  }

  /** Names of the stacks that import an export, or are about to. */
  importers(exportName: string): string[] {
    return this.standing()
      .filter((stack) => stack.imports.has(exportName) || stack.pendingImports?.has(exportName) === true)
      .map(({ name }) => name);
  }

  /** The first export of `stack` that would vanish or change although another stack imports it; null when free. */
  exportInUse(stack: StackRecord, next: readonly StackOutput[]): string | null {
    for (const { exportName, value } of stack.outputs) {
      if (exportName === null) continue;
      const kept = next.find((output) => output.exportName === exportName);
      if (kept?.value === value) continue;
      const importers = this.importers(exportName).filter((name) => name !== stack.name);
      if (importers.length === 0) continue;
      const verb = kept === undefined ? 'delete' : 'update';
      return `Cannot ${verb} export ${exportName} as it is in use by ${importers.join(', ')}.`;
    }
    return null;
  }
}
