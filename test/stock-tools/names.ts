/** `dig`, against the caching resolver that clients use. */

import { expect, it } from 'vitest';
import { digger } from './dig.ts';
import type { Held } from './held.ts';

/** Aurora's is 5 s; a tenth at the fast pace, and DNS knows whole seconds. */
const TTL_S_MAX = 1;
const TURNS_MS_MAX = 20_000;
const PROTOCOLS = [
  ['UDP', []],
  ['TCP', ['+tcp']],
] as const;

export function domainNames(held: () => Held): void {
  const { dig, status } = digger(held);

  it.each(PROTOCOLS)('%s: the cluster endpoint leads to the writer', async (_protocol, options) => {
    const writer = (await held().cluster()).members.find(({ role }) => role === 'writer')!;
    const answers = await dig(held().output('ClusterEndpoint'), ...options);
    expect(answers.map(({ type, data }) => [type, data])).toEqual([
      ['CNAME', writer.endpoint],
      ['A', writer.address],
    ]);
    for (const { ttlS } of answers) expect(ttlS).toBeLessThanOrEqual(TTL_S_MAX);
  });

  it.each(PROTOCOLS)('%s: an instance endpoint leads to its instance', async (_protocol, options) => {
    for (const { endpoint, address } of (await held().cluster()).members) {
      const [answer, ...more] = await dig(endpoint, ...options);
      expect(answer).toMatchObject({ name: endpoint, type: 'A', data: address });
      expect(answer!.ttlS).toBeLessThanOrEqual(TTL_S_MAX);
      expect(more).toEqual([]);
    }
  });

  it.each(['ReaderEndpoint', 'ReaderPoolEndpoint'])(
    'the %s leads to each reader in turn',
    async (endpoint) => {
      const readers = (await held().cluster()).members.filter(({ role }) => role === 'reader');
      const expected = readers.map((reader) => `CNAME ${reader.endpoint}, A ${reader.address}`);
      const seen = new Set<string>();
      const deadline = Date.now() + TURNS_MS_MAX;
      while (seen.size < expected.length && Date.now() < deadline) {
        const answers = await dig(held().output(endpoint));
        seen.add(answers.map(({ type, data }) => `${type} ${data}`).join(', '));
        // The resolver keeps one answer for the TTL.
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      expect([...seen].sort()).toEqual(expected.sort());
    },
  );

  it('a name that Aurora does not know is NXDOMAIN, and the rest of the world is refused', async () => {
    expect(await status(`nobody.${held().output('ClusterEndpoint')}`)).toBe('NXDOMAIN');
    expect(await status('example.org')).toBe('REFUSED');
  });
}
