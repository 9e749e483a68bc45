/** Namespaces, services and their instances, as Cloud Map keeps them. */

import { randomBytes } from 'node:crypto';
import { AwsError, type InstanceRegistry, type World } from '../kernel/index.ts';

export const HEALTH = ['HEALTHY', 'UNHEALTHY'] as const;
export type Health = (typeof HEALTH)[number];

export interface Namespace {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
  description: string;
}

export interface Instance {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  health: Health;
}

export interface Service {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly namespace: Namespace;
  /** Whether instances have a health that their owner reports; without it each is returned, its health unknown. */
  readonly hasHealth: boolean;
  readonly createdAt: number;
  readonly instances: Map<string, Instance>;
  description: string;
  /** Rises with each registration and deregistration; not with health. */
  revision: number;
}

const ID_LENGTH = 16;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ATTRIBUTES_MAX = 30;
const ATTRIBUTES_LENGTH_MAX = 5_000;
const INITIAL_HEALTH = 'AWS_INIT_HEALTH_STATUS';

export class Registry implements InstanceRegistry {
  readonly #world: World;
  readonly namespaces = new Map<string, Namespace>();
  readonly services = new Map<string, Service>();

  constructor(world: World) {
    this.#world = world;
  }

  /** `namespace/<id>`, `service/<id>` */
  arnOf(resource: string): string {
    const { partition, region, accountId } = this.#world;
    return `arn:${partition}:servicediscovery:${region}:${accountId}:${resource}`;
  }

  /** What a policy is asked about: every namespace or service where there is none of the name. */
  arnsNamed(namespaceName: string, serviceName: string): { namespace: string; service: string } {
    const namespace = [...this.namespaces.values()].find(({ name }) => name === namespaceName);
    const service = this.#named(namespaceName, serviceName);
    return {
      namespace: namespace?.arn ?? this.arnOf('namespace/*'),
      service: service?.arn ?? this.arnOf('service/*'),
    };
  }

  addNamespace(name: string, description: string): Namespace {
    const known = [...this.namespaces.values()].find((one) => one.name === name);
    if (known) {
      throw new AwsError('NamespaceAlreadyExists', `A namespace with name "${name}" already exists.`, {
        fields: { NamespaceId: known.id },
      });
    }
    const id = `ns-${randomId()}`;
    const namespace = {
      id,
      arn: this.arnOf(`namespace/${id}`),
      name,
      description,
      createdAt: this.#world.now(),
    };
    this.namespaces.set(id, namespace);
    return namespace;
  }

  /** By its id or ARN. Throws AwsError `NamespaceNotFound`. */
  namespace(id: string): Namespace {
    const found = this.namespaces.get(lastPart(id));
    if (!found) throw new AwsError('NamespaceNotFound', `No namespace is found for id ${id}.`);
    return found;
  }

  /** Throws AwsError `ResourceInUse` while it has services. */
  removeNamespace(id: string): void {
    const { name } = this.namespace(id);
    const used = [...this.services.values()].some((service) => service.namespace.id === lastPart(id));
    if (used) throw new AwsError('ResourceInUse', `Namespace ${name} has services; delete them first.`);
    this.namespaces.delete(lastPart(id));
  }

  addService(made: {
    readonly namespaceId: string;
    readonly name: string;
    readonly description: string;
    readonly hasHealth: boolean;
  }): Service {
    const { namespaceId, ...rest } = made;
    const namespace = this.namespace(namespaceId);
    const known = this.#named(namespace.name, made.name);
    if (known) {
      throw new AwsError('ServiceAlreadyExists', `A service with name "${made.name}" already exists.`, {
        fields: { ServiceId: known.id },
      });
    }
    const id = `srv-${randomId()}`;
    const started = { instances: new Map<string, Instance>(), revision: 1, createdAt: this.#world.now() };
    const service = { ...rest, namespace, id, arn: this.arnOf(`service/${id}`), ...started };
    this.services.set(id, service);
    return service;
  }

  /** By its id or ARN. Throws AwsError `ServiceNotFound`. */
  service(id: string): Service {
    const found = this.services.get(lastPart(id));
    if (!found) throw new AwsError('ServiceNotFound', `No service is found for id ${id}.`);
    return found;
  }

  /** As `DiscoverInstances` names it. Throws AwsError `NamespaceNotFound`, `ServiceNotFound`. */
  serviceNamed(namespaceName: string, serviceName: string): Service {
    const found = this.#named(namespaceName, serviceName);
    if (found) return found;
    if (![...this.namespaces.values()].some(({ name }) => name === namespaceName)) {
      throw new AwsError('NamespaceNotFound', `No namespace is found for name ${namespaceName}.`);
    }
    throw new AwsError('ServiceNotFound', `No service is found for name ${serviceName}.`);
  }

  /** Throws AwsError `ResourceInUse` while it has instances. */
  removeService(id: string): void {
    const service = this.service(id);
    if (service.instances.size > 0) {
      throw new AwsError('ResourceInUse', `Service ${service.name} has instances; deregister them first.`);
    }
    this.services.delete(service.id);
  }

  /** The attributes take the place of those that an instance of this id had. */
  register(serviceId: string, instanceId: string, attributes: Readonly<Record<string, string>>): void {
    const service = this.service(serviceId);
    requireAttributes(service, attributes);
    const { [INITIAL_HEALTH]: initial, ...kept } = attributes;
    const health = initial === 'UNHEALTHY' ? 'UNHEALTHY' : 'HEALTHY';
    service.instances.set(instanceId, { id: instanceId, attributes: kept, health });
    service.revision += 1;
  }

  deregister(serviceId: string, instanceId: string): void {
    const service = this.service(serviceId);
    requireInstance(service, instanceId);
    service.instances.delete(instanceId);
    service.revision += 1;
  }

  /** What the owner of an instance says of its health. Throws AwsError `CustomHealthNotFound`, `InstanceNotFound`. */
  setHealth(serviceId: string, instanceId: string, health: Health): void {
    const service = this.service(serviceId);
    if (!service.hasHealth) {
      const message = `Service ${service.name} has no custom health check; configure HealthCheckCustomConfig.`;
      throw new AwsError('CustomHealthNotFound', message);
    }
    requireInstance(service, instanceId).health = health;
  }

  #named(namespaceName: string, serviceName: string): Service | undefined {
    return [...this.services.values()].find(
      ({ name, namespace }) => namespace.name === namespaceName && name === serviceName,
    );
  }
}

export function requireInstance(service: Service, instanceId: string): Instance {
  const found = service.instances.get(instanceId);
  if (!found) throw new AwsError('InstanceNotFound', `No instance is found for id ${instanceId}.`);
  return found;
}

function requireAttributes(service: Service, attributes: Readonly<Record<string, string>>): void {
  const pairs = Object.entries(attributes);
  const length = pairs.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (pairs.length > ATTRIBUTES_MAX || length > ATTRIBUTES_LENGTH_MAX) {
    const rule = `at most ${ATTRIBUTES_MAX} attributes of ${ATTRIBUTES_LENGTH_MAX} characters in all`;
    throw new AwsError('InvalidInput', `Attributes: an instance has ${rule}.`);
  }
  const initial = attributes[INITIAL_HEALTH];
  if (initial === undefined) return;
  if (!HEALTH.some((health) => health === initial)) {
    throw new AwsError(
      'InvalidInput',
      `${INITIAL_HEALTH} = ${initial}: must be one of ${HEALTH.join(', ')}.`,
    );
  }
  if (!service.hasHealth) {
    throw new AwsError(
      'InvalidInput',
      `${INITIAL_HEALTH}: service ${service.name} has no custom health check.`,
    );
  }
}

function lastPart(id: string): string {
  return id.split('/').at(-1) ?? id;
}

function randomId(): string {
  return Array.from(randomBytes(ID_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
