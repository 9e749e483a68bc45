/** Requests to the instances of one service. */

import { discoveryName, type ServiceVersion } from '../../core/naming.ts';
import type { Clock, Random } from '../ports.ts';
import { ServiceError } from './errors.ts';
import type { Discovery, Instance, InstanceClient, Transport } from './ports.ts';
import type { ServiceAnswer, ServiceRequest } from './request.ts';

export interface ServicePoolPorts {
  readonly discovery: Discovery;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
}

const REFRESH_MS = 5000;

export class ServicePool {
  readonly #ports: ServicePoolPorts;
  readonly #service: string;
  readonly #known = new Map<string, { readonly instance: Instance; readonly client: InstanceClient }>();
  #cancel: (() => void) | null = null;
  #closed = false;

  constructor(ports: ServicePoolPorts, service: string) {
    this.#ports = ports;
    this.#service = service;
  }

  start(): void {
    void this.#refresh();
  }

  async request(request: ServiceRequest): Promise<ServiceAnswer> {
    const all = [...this.#known.values()];
    const chosen = all[Math.floor(this.#ports.random() * all.length)];
    if (!chosen || this.#closed) {
      throw new ServiceError('no-instance', `no instance of ${this.#service} is known`, { advice: 'retry' });
    }
    const { body = null, headers = {} } = request;
    const answer = await chosen.client.send({
      ...request,
      headers,
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
      signal: request.signal ?? new AbortController().signal,
    });
    const version: ServiceVersion = 'stable';
    return { ...answer, instance: chosen.instance.id, version, fellBack: false, attempts: 1 };
  }

  describe(): object {
    return { instances: [...this.#known.values()].map(({ instance }) => instance) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await Promise.all([...this.#known.values()].map(({ client }) => client.close()));
  }

  async #refresh(): Promise<void> {
    try {
      const found = await this.#ports.discovery.instances(discoveryName(this.#service, 'stable'));
      if (found.length > 0) this.#follow(found);
    } catch {
      // The last good list stays.
    }
    if (!this.#closed) this.#cancel = this.#ports.clock.after(REFRESH_MS, () => void this.#refresh());
  }

  #follow(found: readonly Instance[]): void {
    const ids = new Set(found.map(({ id }) => id));
    for (const [id, { client }] of this.#known) {
      if (ids.has(id)) continue;
      this.#known.delete(id);
      void client.close();
    }
    for (const instance of found) {
      if (this.#known.has(instance.id)) continue;
      this.#known.set(instance.id, { instance, client: this.#ports.transport.open(instance) });
    }
  }
}
