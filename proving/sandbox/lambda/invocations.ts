/** Runs invocations: admission, the attempt itself, what is counted and logged of it. */

import { randomUUID } from 'node:crypto';
import { admit } from '../../twin/lambda/index.ts';
import { AwsError, type InvokeResult, type MetricSink, type World } from '../kernel/index.ts';
import type { LogSink } from '../logs/index.ts';
import type { Outcome } from './execution-environment.ts';
import type { DeployedFunction, FunctionRegistry } from './registry.ts';

export type Attempt =
  | { readonly kind: 'ran'; readonly requestId: string; readonly result: InvokeResult }
  | { readonly kind: 'throttled'; readonly reason: string };

export class Invocations {
  readonly #world: World;
  readonly #registry: FunctionRegistry;
  readonly #metrics: MetricSink;
  readonly #logs: LogSink;

  constructor(parts: { world: World; registry: FunctionRegistry; metrics: MetricSink; logs: LogSink }) {
    this.#world = parts.world;
    this.#registry = parts.registry;
    this.#metrics = parts.metrics;
    this.#logs = parts.logs;
  }

  /** One attempt. A failed invocation is a result; only what the service itself refuses is `throttled`. */
  async attempt(
    target: DeployedFunction,
    payload: string,
    requestId: string = randomUUID(),
  ): Promise<Attempt> {
    const admission = this.#admit(target);
    if (!admission.admitted) {
      this.#registry.statsOf(target.config).throttles += 1;
      this.#count(target, 'Throttles', 1, 'Count');
      return { kind: 'throttled', reason: admission.reason };
    }
    target.running += 1;
    // Counted when it starts: a prober runs for more than a minute, and is at work all the while.
    this.#registry.statsOf(target.config).invocations += 1;
    try {
      const outcome = await target.runner.run({ requestId, payload });
      this.#record(target, requestId, outcome);
      const { ok } = outcome;
      return {
        kind: 'ran',
        requestId,
        result: { ok, payload: outcome.payload, error: ok ? null : 'Unhandled' },
      };
    } finally {
      target.running -= 1;
    }
  }

  /** As `attempt`, for callers to whom a throttle is an error. */
  async run(target: DeployedFunction, payload: string): Promise<InvokeResult> {
    const attempt = await this.attempt(target, payload);
    if (attempt.kind === 'ran') return attempt.result;
    throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', {
      status: 429,
      fields: { Reason: attempt.reason, Type: 'User' },
    });
  }

  #admit(target: DeployedFunction): ReturnType<typeof admit> {
    const all = this.#registry.all();
    const unreserved = all.filter((each) => each.config.reservedConcurrency === null);
    return admit({
      running: target.running,
      reserved: target.config.reservedConcurrency,
      runningUnreserved: unreserved.reduce((sum, each) => sum + each.running, 0),
      reservedTotal: all.reduce((sum, each) => sum + (each.config.reservedConcurrency ?? 0), 0),
    });
  }

  #record(target: DeployedFunction, requestId: string, outcome: Outcome): void {
    const stats = this.#registry.statsOf(target.config);
    if (!outcome.ok) stats.errors += 1;
    if (outcome.initMs === null) stats.warm += 1;
    else stats.cold += 1;
    this.#count(target, 'Invocations', 1, 'Count');
    this.#count(target, 'Errors', outcome.ok ? 0 : 1, 'Count');
    this.#count(target, 'Throttles', 0, 'Count');
    this.#count(target, 'Duration', outcome.durationMs, 'Milliseconds');
    this.#report(target, requestId, outcome);
  }

  #count(target: DeployedFunction, name: string, value: number, unit: string): void {
    this.#metrics.put({
      namespace: 'AWS/Lambda',
      name,
      dimensions: { FunctionName: target.config.name },
      value,
      unit,
      at: this.#world.now(),
      resolutionS: 60,
    });
  }

  #report(target: DeployedFunction, requestId: string, outcome: Outcome): void {
    const { config } = target;
    const ms = outcome.durationMs;
    const init = outcome.initMs === null ? '' : `\tInit Duration: ${outcome.initMs.toFixed(2)} ms`;
    const failure = outcome.ok ? '' : `\tStatus: error\tError: ${outcome.payload.slice(0, 500)}`;
    this.#logs.write(
      config.logGroup,
      'platform',
      `REPORT RequestId: ${requestId}\tDuration: ${ms.toFixed(2)} ms\tBilled Duration: ${Math.ceil(ms)} ms\t` +
        `Memory Size: ${config.memoryMb} MB${init}${failure}`,
    );
  }
}
