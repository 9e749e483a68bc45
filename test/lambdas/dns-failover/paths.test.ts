/** Rule 3: nothing on a recovery path reaches the control plane of Route 53; only the repair of records does. */

import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setUp, streamEvent, taskEvent } from './rig.ts';

const ROOT = join(import.meta.dirname, '../../..');
const REPAIR = 'lambdas/dns-failover/repair.ts';
const IMPORT = /^(?:import|export)\s(?!type\b)[^;]*?from '(\.[^']+)';/gms;

/** Every file that runs because this one does: type imports run nothing. */
function reached(from: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(from)) return seen;
  seen.add(from);
  const text = readFileSync(join(ROOT, from), 'utf8');
  for (const [, target] of text.matchAll(IMPORT)) {
    reached(relative(ROOT, join(ROOT, dirname(from), target!)), seen);
  }
  return seen;
}

describe('the recovery path', () => {
  it.each(['recover', 'act', 'observe', 'check-edge'])(
    '%s reaches neither repair nor the hosted zone',
    (name) => {
      const files = [...reached(`lambdas/dns-failover/${name}.ts`)];
      expect(files.length).toBeGreaterThan(3);
      expect(files).not.toContain(REPAIR);
      const talking = files.filter((file) =>
        /route-53|records\.(list|apply)|RecordStore/.test(
          readFileSync(join(ROOT, file), 'utf8').replaceAll(/^\/?\s?\*.*$/gm, ''),
        ),
      );
      expect(talking).toEqual([]);
    },
  );

  it('the walk finds what the handler reaches: it can fail', () => {
    expect([...reached('lambdas/dns-failover/handler.ts')]).toContain(REPAIR);
  });

  it('I-29: deregistration, return, shift and a lost edge make no call to Route 53', async () => {
    const rig = setUp({ tasksPerZone: 2 });
    await rig.run(streamEvent());
    rig.world.hang(0);
    rig.world.hang(1);
    rig.world.edgeStatus = null;
    rig.clock.advance(2500);
    await rig.run(streamEvent());
    await rig.minutes(2);
    rig.world.heal(0);
    await rig.run(taskEvent('10.0.2.10'));
    await rig.minutes(3);
    expect(rig.world.of('deregister').length).toBeGreaterThan(0);
    expect(rig.world.of('start-shift').length).toBeGreaterThan(0);
    expect(rig.metrics.values('edge-healthy')).toContain(0);
    expect(rig.world.recordCalls).toBe(0);
  });

  it('with Route 53 refusing everything, every recovery goes on', async () => {
    const rig = setUp();
    rig.world.away.add('records');
    await rig.minutes(1);
    rig.world.hang(0);
    rig.clock.advance(2500);
    await rig.run(streamEvent());
    expect(rig.world.stands(0)).toBe(0);
  });
});
