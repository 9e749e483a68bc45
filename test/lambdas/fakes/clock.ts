import type { Clock } from '../../../core/ports/index.ts';

/** Virtual time: sleeping is instant and moves the clocks. */
export class VirtualClock implements Clock {
  wallMs = Date.UTC(2026, 10, 22, 12, 0, 0);
  monotonicMs = 1000;
  /** Runs after each sleep, with the time passed. */
  onSleep: (ms: number) => void = () => undefined;

  now(): number {
    return this.wallMs;
  }
  monotonic(): number {
    return this.monotonicMs;
  }
  sleep(ms: number): Promise<void> {
    this.advance(Math.max(0, ms));
    this.onSleep(ms);
    return Promise.resolve();
  }
  advance(ms: number): void {
    this.wallMs += ms;
    this.monotonicMs += ms;
  }
}
