/** The event source mappings of the account: made, paused and stopped together. */

import type { Identity, StreamSource, World } from '../kernel/index.ts';
import { type Destinations, sendRecord } from './destinations.ts';
import type { Invocations } from './invocations.ts';
import type { MappingConfig } from './mapping-config.ts';
import type { FunctionRegistry } from './registry.ts';
import { StreamPoller } from './stream-poller.ts';

export interface EventSourceParts {
  readonly world: World;
  readonly registry: FunctionRegistry;
  readonly invocations: Invocations;
  readonly destinations: Destinations;
  readonly identity: Identity;
  readonly streams: StreamSource;
  /** Time from a write to its delivery, ms. */
  readonly latencyMs: () => number;
}

/** What Lambda needs of the function's role to read a stream. */
const STREAM_ACTIONS = ['GetRecords', 'GetShardIterator', 'DescribeStream'];

export class EventSources {
  readonly #parts: EventSourceParts;
  readonly #pollers = new Map<string, StreamPoller>();
  #paused = false;

  constructor(parts: EventSourceParts) {
    this.#parts = parts;
  }

  add(id: string, config: MappingConfig): void {
    const { world, registry, streams, invocations, latencyMs } = this.#parts;
    const poller = new StreamPoller(
      {
        world,
        streams,
        latencyMs,
        authorize: (each) => this.authorize(each),
        invoke: (name, payload) => invocations.attempt(registry.find(name), payload),
        discard: (each, body) => this.#discard(each, body),
      },
      config,
      this.#paused,
    );
    this.#pollers.set(id, poller);
  }

  update(id: string, config: MappingConfig): void {
    this.#pollers.get(id)?.update(config);
  }

  remove(id: string): void {
    this.#pollers.get(id)?.stop();
    this.#pollers.delete(id);
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    for (const poller of this.#pollers.values()) poller.pause(paused);
  }

  stop(): void {
    for (const id of this.#pollers.keys()) this.remove(id);
  }

  /** @throws AwsError where the function's role may not read the stream */
  authorize(config: MappingConfig): void {
    const { identity, registry, destinations } = this.#parts;
    const principal = destinations.principalOf(registry.find(config.functionName).config.role);
    identity.authorize(principal, [
      ...STREAM_ACTIONS.map((action) => ({ action: `dynamodb:${action}`, resource: config.streamArn })),
      { action: 'dynamodb:ListStreams', resource: '*' },
    ]);
  }

  #discard(config: MappingConfig, body: string): void {
    if (config.onFailure === null) return;
    const { registry, destinations, world } = this.#parts;
    try {
      sendRecord(destinations, registry.find(config.functionName).config.role, config.onFailure, body);
    } catch (error) {
      const message = (error as Error).message;
      world.log('lambda', 'record not delivered', { arn: config.onFailure, message });
    }
  }
}
