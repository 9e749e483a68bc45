import { describe, expect, it } from 'vitest';
import type { FrontFunctionPorts, FunctionPorts } from '../../../../proving/sim/control/defect.ts';
import { versionBefore } from '../../../../proving/sim/control/version-before.ts';
import { SimFrontStore } from '../../../../proving/sim/front/store.ts';
import { NO_FRONT_MEMORY } from '../../../../core/front/index.ts';
import type { TargetsItem } from '../../../../core/state/front-items.ts';

const ITEM: TargetsItem = {
  kind: 'targets',
  env: 'demo',
  epoch: 1,
  at: 0,
  healthPath: '/health',
  targets: [],
  removals: [],
  shifted: [],
  memory: NO_FRONT_MEMORY,
};

function older(folder: 'dns-failover' | 'health-check') {
  const store = new SimFrontStore(() => 0);
  const shown: string[] = [];
  const real = {
    readTargets: (env: string) => store.readTargets(env),
    putTargets: (item: TargetsItem) => store.putTargets(item),
  };
  const ports = { front: { store: real } as unknown as FrontFunctionPorts } as FunctionPorts;
  const front = versionBefore(ports, folder, () => shown.push(folder)).front;
  return { store, shown, front };
}

describe('F-39: a function as the version before was', () => {
  it('dns-failover reads no memory, and writes the list without it, under the same epochs', async () => {
    const { store, shown, front } = older('dns-failover');
    await store.putTargets(ITEM);
    const { memory: _memory, ...known } = ITEM;
    expect(await front!.store.readTargets('demo')).toEqual(known);
    expect(shown).toHaveLength(1);
    expect(await front!.store.putTargets({ ...ITEM, epoch: 2 })).toBe(true);
    expect(await store.readTargets('demo')).toEqual({ ...known, epoch: 2 });
    expect(await front!.store.putTargets({ ...ITEM, epoch: 1 })).toBe(false);
  });

  it('dns-failover knows of no task that has stopped and still stands', async () => {
    const { store, shown, front } = older('dns-failover');
    const target = { memberId: '10.0.0.1:80', address: '10.0.0.1', port: 80, az: 'az-a', registered: true };
    const entry = { ...target, balancer: 'unhealthy', since: 0 } as const;
    const { memory: _memory, ...known } = ITEM;
    await store.putTargets({ ...known, targets: [{ ...entry, stoppedAt: 1 }] });
    expect((await front!.store.readTargets('demo'))!.targets).toEqual([entry]);
    expect(shown).toHaveLength(1);
  });

  it('shows where there was something that it does not know, and only there', async () => {
    const { store, shown, front } = older('dns-failover');
    expect(await front!.store.readTargets('demo')).toBeNull();
    const { memory: _memory, ...known } = ITEM;
    await store.putTargets(known);
    expect(await front!.store.readTargets('demo')).toEqual(known);
    expect(shown).toEqual([]);
  });

  it('health-check looks at no targets', () => {
    const { shown, front } = older('health-check');
    expect(front).toBeNull();
    expect(shown).toHaveLength(1);
  });
});
