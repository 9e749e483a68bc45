import type { EdgeNode, Member, ServiceTask } from '../../../../proving/drills/model.ts';
import type { Stock } from '../../../../proving/drills/front/types.ts';

export const ZONES = ['a', 'b', 'c'] as const;

function member(az: string, n: number): Member {
  const role = n === 0 ? 'writer' : 'reader';
  return {
    id: `db-${az}`,
    role,
    az,
    status: 'available',
    address: `127.1.${n}.1`,
    port: 5432,
    endpoint: az,
    pid: 100 + n,
  };
}

function task(tier: ServiceTask['tier'], az: string, n: number): ServiceTask {
  const address = tier === 'web' ? `127.2.${n}.1` : `127.3.${n}.1`;
  return {
    id: `${address}:8080`,
    tier,
    az,
    address,
    port: 8080,
    pid: (tier === 'web' ? 200 : 300) + n,
    version: 'v1',
  };
}

function node(isPrimary: boolean, az: string, n: number): EdgeNode {
  const name = isPrimary ? 'edge-1' : 'edge-2';
  return {
    id: `${name}/${az}`,
    isPrimary,
    az,
    address: `127.4.${n}.${isPrimary ? 1 : 2}`,
    port: 80,
    pid: (isPrimary ? 400 : 500) + n,
  };
}

/** An environment over three zones, whose writer is in the first. */
export const STOCK: Stock = {
  members: ZONES.map(member),
  cacheNodes: [],
  tasks: ZONES.flatMap((az, n) => [task('web', az, n), task('service', az, n)]),
  nodes: ZONES.flatMap((az, n) => [node(true, az, n), node(false, az, n)]),
  viewpoints: ZONES.map((az, n) => ({
    kind: 'prober',
    name: `health-check-${az}`,
    az,
    address: `127.5.${n}.1`,
  })),
  proberPids: { a: [600], b: [601], c: [602] },
};
