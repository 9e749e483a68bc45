import { describe, expect, test } from 'vitest';
import { groupStatus } from '../../../../proving/twin/elasticache/index.ts';
import { Drive, idOf } from './drive.ts';

const [ONE] = [idOf(1)];

describe('a node without replicas', () => {
  test('that dies shows as available until it is noticed, and is started empty two minutes after its death', () => {
    const drive = new Drive(1, false);
    drive.input({ kind: 'process-exited', node: ONE });
    drive.wait(9_999);
    expect([drive.status(1), groupStatus(drive.state)]).toEqual(['available', 'available']);
    drive.wait(1);
    expect([drive.status(1), groupStatus(drive.state)]).toEqual(['recovering', 'modifying']);
    drive.wait(109_999);
    expect(drive.of('start')).toEqual([]);
    drive.wait(1);
    expect(drive.of('start')).toEqual([
      { at: 120_000, effect: { kind: 'start', node: ONE, cause: 'death', role: 'primary', copies: null } },
    ]);
    drive.input({ kind: 'node-serving', node: ONE });
    expect([drive.status(1), groupStatus(drive.state), drive.state.endpoint]).toEqual([
      'available',
      'available',
      ONE,
    ]);
    expect(drive.messages).toEqual([
      `${ONE}: Recovering cache nodes 0001`,
      `${ONE}: Finished recovery for cache nodes 0001`,
    ]);
  });

  test('that dies again while it starts is started again', () => {
    const drive = new Drive(1, false);
    drive.input({ kind: 'process-exited', node: ONE });
    drive.wait(120_000);
    drive.input({ kind: 'process-exited', node: ONE });
    drive.wait(120_000);
    expect(drive.of('start').map(({ at }) => at)).toEqual([120_000, 240_000]);
  });

  test('that is rebooted ends at once, and starts on its host half a minute later', () => {
    const drive = new Drive(1, false);
    drive.input({ kind: 'reboot-requested', node: ONE });
    expect([drive.status(1), drive.of('end')]).toEqual([
      'rebooting cluster nodes',
      [{ at: 0, effect: { kind: 'end', node: ONE } }],
    ]);
    // Neither the end of its process nor another request starts anything else.
    drive.input({ kind: 'process-exited', node: ONE });
    drive.input({ kind: 'reboot-requested', node: ONE });
    drive.wait(600_000);
    expect(drive.of('start')).toMatchObject([{ at: 30_000, effect: { cause: 'reboot', copies: null } }]);
    expect(drive.of('end')).toHaveLength(1);
    drive.input({ kind: 'node-serving', node: ONE });
    expect(drive.messages).toEqual([`${ONE}: Cache node 0001 restarted`]);
  });

  test('that is dead and not noticed can be rebooted: it comes back by that', () => {
    const drive = new Drive(1, false);
    drive.input({ kind: 'process-exited', node: ONE });
    drive.wait(5_000);
    drive.input({ kind: 'reboot-requested', node: ONE });
    drive.wait(600_000);
    expect(drive.of('start')).toMatchObject([{ at: 35_000, effect: { cause: 'reboot' } }]);
  });

  test('that somebody restarts from outside is left alone', () => {
    const drive = new Drive(1, false);
    drive.input({ kind: 'process-exited', node: ONE });
    drive.input({ kind: 'restarted-outside', node: ONE });
    drive.wait(600_000);
    drive.input({ kind: 'node-serving', node: ONE });
    drive.wait(600_000);
    expect([drive.of('start'), drive.status(1)]).toEqual([[], 'available']);
  });
});
