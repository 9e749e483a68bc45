/** The health check of a container, run as ECS's agent does (API reference, HealthCheck). */

import type { ContainerHealth } from '../../../twin/ecs/index.ts';
import type { World } from '../../kernel/index.ts';
import type { HealthCheck } from '../definitions.ts';
import { startingMs } from '../pace.ts';
import type { TaskProcess } from './task-process.ts';

/** Each check is a process of this machine: not more often, though the pace is fast. */
const INTERVAL_MS_MIN = 2_000;

export class HealthChecks {
  private readonly world: World;
  private readonly check: HealthCheck;
  private readonly process: TaskProcess;
  private readonly tell: (health: ContainerHealth) => void;
  private readonly startedAt: number;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    world: World,
    options: {
      readonly check: HealthCheck;
      readonly process: TaskProcess;
      readonly tell: (health: ContainerHealth) => void;
    },
  ) {
    this.world = world;
    this.check = options.check;
    this.process = options.process;
    this.tell = options.tell;
    this.startedAt = world.now();
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private get intervalMs(): number {
    const { intervalS } = this.check;
    return Math.max(this.world.managed(intervalS * 1000), Math.min(intervalS * 1000, INTERVAL_MS_MIN));
  }

  private schedule(): void {
    if (!this.stopped) this.timer = setTimeout(() => void this.run(), this.intervalMs);
  }

  /** Processes run in real time, so the time-out is not scaled. */
  private async run(): Promise<void> {
    const { command, timeoutS, retries, startPeriodS } = this.check;
    const passed = await this.process.check(command, timeoutS * 1000);
    if (this.stopped) return;
    const isStarting = this.world.now() - this.startedAt < startingMs(this.world, startPeriodS);
    if (passed) this.failures = 0;
    else if (!isStarting) this.failures += 1;
    if (passed) this.tell('healthy');
    else if (this.failures >= retries) this.tell('unhealthy');
    this.schedule();
  }
}
