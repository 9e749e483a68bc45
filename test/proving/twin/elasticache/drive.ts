/** Runs the state machine in virtual time and keeps what it wanted done. */

import {
  AWS_TIMINGS,
  type Effect,
  type GroupState,
  type Input,
  newGroup,
  nextDueAt,
  nodeOf,
  transition,
} from '../../../../proving/twin/elasticache/index.ts';

const TICKS_MAX = 1_000;

export class Drive {
  state: GroupState;
  now = 0;
  readonly effects: { readonly at: number; readonly effect: Effect }[] = [];

  constructor(nodes: number, automaticFailover: boolean) {
    this.state = newGroup('g', automaticFailover);
    for (let number = 1; number <= nodes; number++) {
      this.input({ kind: 'node-added', node: { id: idOf(number), az: 'abc'[number % 3]! } });
    }
    for (let number = 1; number <= nodes; number++) this.input({ kind: 'node-serving', node: idOf(number) });
    this.effects.length = 0;
  }

  input(input: Input): void {
    const { state, effects } = transition(this.state, input, { now: this.now, timings: AWS_TIMINGS });
    this.state = state;
    this.effects.push(...effects.map((effect) => ({ at: this.now, effect })));
  }

  /** Lets time pass, with a tick whenever one is due. */
  wait(ms: number): void {
    const end = this.now + ms;
    for (let ticks = 0; ticks < TICKS_MAX; ticks++) {
      const dueAt = nextDueAt(this.state);
      if (dueAt === null || dueAt > end) break;
      this.now = Math.max(this.now, dueAt);
      this.input({ kind: 'tick' });
    }
    this.now = end;
  }

  of<K extends Effect['kind']>(kind: K): { at: number; effect: Extract<Effect, { kind: K }> }[] {
    return this.effects.flatMap(({ at, effect }) =>
      effect.kind === kind ? [{ at, effect: effect as Extract<Effect, { kind: K }> }] : [],
    );
  }

  get messages(): string[] {
    return this.of('event').map(({ effect: { event } }) => `${event.source}: ${event.message}`);
  }

  status(number: number): string | undefined {
    return nodeOf(this.state, idOf(number))?.status;
  }
}

export function idOf(number: number): string {
  return `g-00${number}`;
}
