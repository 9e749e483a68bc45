import { expect, it } from 'vitest';
import { CACHE_DEFAULTS } from '../../../runtime/cache/index.ts';
import { ShardLink } from '../../../runtime/cache/shard-link.ts';
import { seeded, VirtualClock } from '../simulated/virtual-clock.ts';
import { Servers } from './simulated/servers.ts';
import { outcome } from './simulated/stage.ts';

it('a command that throws, rejects or is never answered has no answer, and its connection is given up', async () => {
  const clock = new VirtualClock();
  const servers = new Servers(clock, 1);
  const connector = servers.connectorOf('a');
  const link = new ShardLink({ shard: 0, connector, clock, random: seeded(1), limits: CACHE_DEFAULTS });
  link.start();
  const commands = [
    (): Promise<number> => {
      throw new Error('at once');
    },
    (): Promise<number> => Promise.reject(new Error('later')),
    (): Promise<number> => new Promise(() => {}),
  ];
  for (const command of commands) {
    await clock.advance(5000);
    const { incarnation } = servers.at(0);
    expect(link.incarnation).toBe(incarnation);
    const [one, other] = [link.run(incarnation, command), link.run(incarnation, (held) => held.get('k'))];
    expect((await outcome(clock, Promise.all([one, other]))).value).toContain(null);
    expect(await one).toBeNull();
  }
  expect(link.describe()).toMatchObject({ failures: 3 });
  link.close();
  expect(await link.run(servers.at(0).incarnation, (held) => held.get('k'))).toBeNull();
});
