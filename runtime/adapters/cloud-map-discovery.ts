/** Instances from an HTTP namespace of Cloud Map: one data-plane call, no DNS. */

import { DiscoverInstancesCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { Discovery, Instance } from '../service/ports.ts';

/** Time that one request may take: the next one comes a few seconds later anyway. */
const TIMEOUT_MS = 2000;
const RESULTS_MAX = 1000;
const PORT_MAX = 65_535;

export interface CloudMapDiscoveryOptions {
  readonly region: string;
  /** HTTP name of the namespace. */
  readonly namespace: string;
}

export class CloudMapDiscovery implements Discovery {
  readonly #client: ServiceDiscoveryClient;
  readonly #namespace: string;

  constructor({ region, namespace }: CloudMapDiscoveryOptions) {
    // One attempt: the next call says more than a retry of this one would.
    const disableHostPrefix = hasEndpointOfItsOwn(process.env);
    this.#client = new ServiceDiscoveryClient({ region, maxAttempts: 1, disableHostPrefix });
    this.#namespace = namespace;
  }

  async instances(name: string): Promise<readonly Instance[]> {
    const command = new DiscoverInstancesCommand({
      NamespaceName: this.#namespace,
      ServiceName: name,
      MaxResults: RESULTS_MAX,
      HealthStatus: 'HEALTHY_OR_ELSE_ALL',
    });
    const { Instances = [] } = await this.#client.send(command, {
      abortSignal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return Instances.map(({ InstanceId, Attributes }) => toInstance(InstanceId, Attributes)).filter(
      (instance) => instance !== null,
    );
  }

  close(): void {
    this.#client.destroy();
  }
}

/**
 * On AWS this call goes to a host of its own, `data-servicediscovery`. An endpoint that was given is taken as it is: an
 * address with `data-` before it is none.
 */
function hasEndpointOfItsOwn(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env['AWS_ENDPOINT_URL_SERVICEDISCOVERY'] ?? env['AWS_ENDPOINT_URL']);
}

/** Null for an entry that names no address: somebody else's. */
function toInstance(
  id: string | undefined,
  attributes: Readonly<Record<string, string>> = {},
): Instance | null {
  const host = attributes['AWS_INSTANCE_IPV4'] ?? '';
  const port = Number(attributes['AWS_INSTANCE_PORT']);
  if (id === undefined || host === '' || !Number.isInteger(port) || port < 1 || port > PORT_MAX) return null;
  return { id, host, port, az: attributes['AVAILABILITY_ZONE'] ?? null };
}
