/** What a service said last, and its tasks that have ended: as long as ECS shows them. */

import { randomUUID } from 'node:crypto';
import type { World } from '../../kernel/index.ts';
import type { TaskRecord } from './task-record.ts';

export interface ServiceEvent {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly message: string;
}

/** DescribeServices shows the last hundred events (API reference, Service). */
const EVENTS_MAX = 100;
/** DescribeTasks shows a stopped task for at least an hour (API reference, DescribeTasks). */
const STOPPED_MS = 3_600_000;
const STOPPED_MAX = 200;

export class History {
  private readonly world: World;
  private said: ServiceEvent[] = [];
  private ended: TaskRecord[] = [];

  constructor(world: World) {
    this.world = world;
  }

  /** The newest first. */
  get events(): readonly ServiceEvent[] {
    return this.said;
  }

  get stopped(): readonly TaskRecord[] {
    const since = this.world.now() - this.world.managed(STOPPED_MS);
    this.ended = this.ended.filter(({ stoppedAt }) => (stoppedAt ?? 0) >= since);
    return this.ended;
  }

  say(message: string): void {
    const event = { id: randomUUID(), at: this.world.now(), message };
    this.said = [event, ...this.said].slice(0, EVENTS_MAX);
  }

  keep(record: TaskRecord): void {
    this.ended = [...this.ended, record].slice(-STOPPED_MAX);
  }
}
