/** Asynchronous invocations: queued at once, tried, tried again, and dead-lettered as `twin/lambda` decides. */

import { randomUUID } from 'node:crypto';
import { acceptAsync, afterAttempt, type AsyncEvent, isTooOld } from '../../twin/lambda/index.ts';
import { AwsError, type InvokeResult, type World } from '../kernel/index.ts';
import { type Destinations, sendRecord } from './destinations.ts';
import type { Attempt, Invocations } from './invocations.ts';
import type { DeployedFunction, FunctionRegistry } from './registry.ts';

interface Queued {
  readonly functionName: string;
  readonly requestId: string;
  readonly payload: string;
  readonly event: AsyncEvent;
  readonly last: InvokeResult | null;
}

/** Lambda's own queue is unlimited in practice; a loop in a template must not eat this machine. */
const EVENTS_MAX = 10_000;

export interface AsyncQueueParts {
  readonly world: World;
  readonly registry: FunctionRegistry;
  readonly invocations: Invocations;
  readonly destinations: Destinations;
  /** How many times one accepted event is delivered: 1, or more for F-17. */
  readonly deliveries: () => number;
  readonly enabled: () => boolean;
}

export class AsyncQueue {
  readonly #parts: AsyncQueueParts;
  readonly #timers = new Map<Queued, NodeJS.Timeout>();

  constructor(parts: AsyncQueueParts) {
    this.#parts = parts;
  }

  /** Events that wait for an attempt. */
  get size(): number {
    return this.#timers.size;
  }

  accept(target: DeployedFunction, payload: string, requestId: string = randomUUID()): string {
    if (this.#timers.size >= EVENTS_MAX) {
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
    }
    const event = acceptAsync(this.#parts.world.now());
    const copies = Math.max(1, Math.floor(this.#parts.deliveries()));
    for (let copy = 0; copy < copies; copy += 1) {
      this.#schedule({ functionName: target.config.name, requestId, payload, event, last: null }, 0);
    }
    return requestId;
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #schedule(queued: Queued, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(queued);
      void this.#try(queued);
    }, delayMs);
    this.#timers.set(queued, timer);
  }

  async #try(queued: Queued): Promise<void> {
    const { world, registry, enabled } = this.#parts;
    const target = registry.all().find((each) => each.config.name === queued.functionName);
    if (!target || !enabled()) return;
    if (isTooOld(target.async.policy, queued.event, world.now())) {
      return this.#giveUp(target, queued, 'EventAgeExceeded');
    }
    const attempt = await this.#attempt(target, queued);
    const tried = { ...queued, last: attempt.kind === 'ran' ? attempt.result : queued.last };
    const next = afterAttempt(target.async.policy, queued.event, outcomeOf(attempt), world.now());
    if (next.kind === 'retry') {
      if (enabled()) this.#schedule({ ...tried, event: next.event }, next.at - world.now());
    } else if (next.kind === 'give-up') {
      const failures = queued.event.failures + (attempt.kind === 'ran' ? 1 : 0);
      this.#giveUp(target, { ...tried, event: { ...queued.event, failures } }, next.condition);
    } else if (target.async.onSuccess !== null) {
      this.#send(target, target.async.onSuccess, record(target, tried, 'Success', world.now()));
    }
  }

  /** What the service itself refuses (a role that is gone) is tried again as a throttle is. */
  async #attempt(target: DeployedFunction, queued: Queued): Promise<Attempt> {
    try {
      return await this.#parts.invocations.attempt(target, queued.payload, queued.requestId);
    } catch (error) {
      const message = (error as Error).message;
      this.#parts.world.log('lambda', 'not invoked', { function: target.config.name, message });
      return { kind: 'throttled', reason: message };
    }
  }

  #giveUp(target: DeployedFunction, queued: Queued, condition: string): void {
    const { world } = this.#parts;
    world.log('lambda', 'event given up', { function: target.config.name, condition });
    const { deadLetterArn } = target.config;
    if (deadLetterArn !== null) this.#send(target, deadLetterArn, queued.payload);
    const { onFailure } = target.async;
    if (onFailure !== null) this.#send(target, onFailure, record(target, queued, condition, world.now()));
  }

  #send(target: DeployedFunction, arn: string, body: string): void {
    try {
      sendRecord(this.#parts.destinations, target.config.role, arn, body);
    } catch (error) {
      const message = (error as Error).message;
      this.#parts.world.log('lambda', 'record not delivered', { function: target.config.name, arn, message });
    }
  }
}

function outcomeOf(attempt: Attempt): 'ok' | 'function-error' | 'throttled' {
  if (attempt.kind === 'throttled') return 'throttled';
  return attempt.result.ok ? 'ok' : 'function-error';
}

/** The invocation record a destination gets. Source: AWS Lambda Developer Guide, "Destinations". */
function record(target: DeployedFunction, queued: Queued, condition: string, now: number): string {
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: queued.requestId,
      functionArn: `${target.config.arn}:$LATEST`,
      condition,
      approximateInvokeCount: queued.event.failures + (condition === 'Success' ? 1 : 0),
    },
    requestPayload: parsed(queued.payload),
    ...(queued.last === null
      ? {}
      : {
          responseContext: {
            statusCode: 200,
            executedVersion: '$LATEST',
            ...(queued.last.error === null ? {} : { functionError: queued.last.error }),
          },
          responsePayload: parsed(queued.last.payload),
        }),
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
