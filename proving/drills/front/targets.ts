/** Whom the scenarios of the front break, and who loses sight of them. */

import type { EdgeNode, ServiceTask, Viewpoint } from '../model.ts';
import type { Stock, Target, Victim } from './types.ts';

/** Where the load connects from, so that it can be cut off and nobody else is. Above all that the sandbox gives out. */
export const CLIENT_ADDRESS = '127.254.0.1';

/** One address of the primary balancer: clients and one prober lose it in a partition. */
export function edgeNode({ nodes }: Stock, random: number): Target | undefined {
  const primary = nodes.filter(({ isPrimary }) => isPrimary);
  const node = pick(primary, random);
  if (!node) return undefined;
  return { ...single(node), cuts: [{ from: CLIENT_ADDRESS, to: node.address }] };
}

/** Every address of the primary balancer. */
export function edgePrimary({ nodes }: Stock): Target | undefined {
  const victims = nodes.filter(({ isPrimary }) => isPrimary);
  if (victims.length === 0) return undefined;
  return {
    name: `the primary balancer (${victims.length} addresses)`,
    victims,
    pids: [],
    ids: victims.map(({ id }) => id),
    cuts: [],
    open: null,
    writer: null,
  };
}

/** One web task: the balancers and one prober lose it in a partition. */
export function webTask({ tasks, nodes, viewpoints }: Stock, random: number): Target | undefined {
  return taskOf(tasks, { tier: 'web', random, clients: nodes, viewpoints });
}

/** One task of the service: the web tasks and one prober lose it in a partition. */
export function serviceTask({ tasks, viewpoints }: Stock, random: number): Target | undefined {
  const clients = tasks.filter(({ tier }) => tier === 'web');
  return taskOf(tasks, { tier: 'service', random, clients, viewpoints });
}

/** Everything that stands in one zone: the one with the writer, or by chance one of the others. */
export function zone(stock: Stock, which: 'writer' | 'other', random: number): Target | undefined {
  const { members, cacheNodes, tasks, nodes, viewpoints, proberPids } = stock;
  const writer = members.find(({ role }) => role === 'writer');
  const zones = [...new Set(members.map(({ az }) => az))].toSorted();
  const others = zones.filter((az) => az !== writer?.az);
  const az = which === 'writer' ? writer?.az : pick(others, random);
  if (az === undefined) return undefined;
  const isHere = (one: { readonly az: string | null }): boolean => one.az === az;
  const victims: readonly Victim[] = [
    ...members.filter(isHere),
    ...cacheNodes.filter(isHere),
    ...tasks.filter(isHere),
    ...nodes.filter(isHere),
  ].filter(({ pid }) => pid !== 0);
  const inside = [...tasks.filter(isHere), ...nodes.filter(isHere), ...viewpoints.filter(isHere)].map(
    ({ address }) => address,
  );
  return {
    name: az,
    victims,
    pids: proberPids[az] ?? [],
    ids: [...victims.map(({ id }) => id), az],
    cuts: [
      ...victims.map(({ address }) => ({ from: '*', to: address })),
      ...inside.map((address) => ({ from: address, to: '*' })),
    ],
    open: null,
    writer: writer?.az === az ? writer : null,
  };
}

interface TaskChoice {
  readonly tier: ServiceTask['tier'];
  readonly random: number;
  /** Who sends to it. */
  readonly clients: readonly (EdgeNode | ServiceTask)[];
  readonly viewpoints: readonly Viewpoint[];
}

function taskOf(
  tasks: readonly ServiceTask[],
  { tier, random, clients, viewpoints }: TaskChoice,
): Target | undefined {
  const task = pick(
    tasks.filter((one) => one.tier === tier),
    random,
  );
  if (!task) return undefined;
  const probers = viewpoints.filter(({ kind, az }) => kind === 'prober' && az !== task.az);
  const lost = [...clients, ...probers.slice(0, 1)];
  return { ...single(task), cuts: lost.map(({ address }) => ({ from: address, to: task.address })) };
}

function single(victim: Victim): Target {
  const { id } = victim;
  return { name: id, victims: [victim], pids: [], ids: [id], cuts: [], open: victim, writer: null };
}

/** Equal chances choose equal victims: in the order of their zones. */
function pick<T extends { readonly az: string } | string>(all: readonly T[], random: number): T | undefined {
  const keyOf = (one: T): string => (typeof one === 'string' ? one : one.az);
  const ordered = all.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)));
  return ordered[Math.floor(random * ordered.length)];
}
