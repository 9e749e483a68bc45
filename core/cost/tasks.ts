/** The tasks of the web tier and of the services, and how they are found. Money is USD a month. */

import { numberOf, pricer } from './template.ts';
import type { CostResource, CostTemplate, Estimate, PriceFile } from './types.ts';
import { USAGE } from './usage.ts';

export interface TasksCostInput {
  /** The synthesized Compute stack. */
  readonly template: CostTemplate;
  readonly prices: PriceFile;
}

const CPU_UNITS_PER_VCPU = 1024;
const MB_PER_GB = 1024;
const SECONDS_PER_HOUR = 3600;

/** Tasks at rest, on ARM64. What scaling adds, and logs, depend on the load and are left to the reader. */
export function estimateTasks({ template, prices }: TasksCostInput): Estimate {
  const price = pricer(prices);
  const sums = servicesOf(template).map((service) => sizeOf(template, service));
  const total = (of: (size: TaskSize) => number): number =>
    sums.reduce((sum, size) => sum + size.tasks * of(size), 0);
  const tasks = total(() => 1);
  const found = total(({ isFound }) => (isFound ? 1 : 0));
  const asked = askedOf(template);
  const calls = (asked * USAGE.hoursPerMonth * SECONDS_PER_HOUR) / USAGE.discoverSeconds;
  const hours = USAGE.hoursPerMonth;
  const items = [
    price('fargateArmVcpuHour', 'Processors', total(({ vcpus }) => vcpus) * hours, `${tasks} tasks`),
    price('fargateArmGbHour', 'Memory', total(({ gb }) => gb) * hours, `${tasks} tasks`),
    price('cloudMapInstanceMonth', 'Registered tasks', found, 'of services'),
    price('cloudMapCall', 'Finding them', calls, `${asked} pools, every ${USAGE.discoverSeconds} s`),
  ].filter(({ quantity }) => quantity > 0);
  return { items, usd: items.reduce((sum, item) => sum + item.usd, 0) };
}

interface TaskSize {
  readonly tasks: number;
  readonly vcpus: number;
  readonly gb: number;
  /** Whether it is registered where services are found. */
  readonly isFound: boolean;
}

interface Service {
  readonly resource: CostResource;
  /** The least that scaling runs: what is there at rest. */
  readonly tasks: number;
}

function servicesOf({ Resources }: CostTemplate): readonly Service[] {
  const entries = Object.entries(Resources);
  const targets = entries.filter(([, { Type }]) => Type === 'AWS::ApplicationAutoScaling::ScalableTarget');
  return entries
    .filter(([, { Type }]) => Type === 'AWS::ECS::Service')
    .map(([id, resource]) => {
      const named = JSON.stringify([id, 'Name']);
      const own = targets.find(([, { Properties }]) =>
        JSON.stringify(Properties?.['ResourceId']).includes(named),
      );
      return { resource, tasks: numberOf(own?.[1], 'MinCapacity') };
    });
}

function sizeOf(template: CostTemplate, { resource: service, tasks }: Service): TaskSize {
  const definition = definitionOf(template, service);
  return {
    tasks,
    vcpus: Number(definition?.Properties?.['Cpu']) / CPU_UNITS_PER_VCPU,
    gb: Number(definition?.Properties?.['Memory']) / MB_PER_GB,
    isFound: Array.isArray(service.Properties?.['ServiceRegistries']),
  };
}

function definitionOf(template: CostTemplate, service: CostResource): CostResource | undefined {
  const reference = service.Properties?.['TaskDefinition'] as { readonly Ref?: string } | undefined;
  return template.Resources[reference?.Ref ?? ''];
}

/** Pools of services: one a service that is called, in each task that calls. */
function askedOf(template: CostTemplate): number {
  return servicesOf(template).reduce((sum, { resource, tasks }) => {
    return sum + tasks * callsOf(definitionOf(template, resource));
  }, 0);
}

function callsOf(definition: CostResource | undefined): number {
  type Container = { readonly Environment?: readonly { readonly Name: string; readonly Value: unknown }[] };
  const containers = (definition?.Properties?.['ContainerDefinitions'] ?? []) as readonly Container[];
  const calls = containers
    .flatMap(({ Environment }) => Environment ?? [])
    .find(({ Name }) => Name === 'UNDERSTUDY_CALLS')?.Value;
  return typeof calls === 'string' && calls !== '' ? calls.split(',').length : 0;
}
