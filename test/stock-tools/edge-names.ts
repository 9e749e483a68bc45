/** `dig` of the environment's own name, which a failover pair of Route 53 answers. */

import { expect, it } from 'vitest';
import { digger } from './dig.ts';
import type { Held } from './held.ts';

/** A balancer's alias has a minute; a tenth of it at the fast pace. */
const ALIAS_TTL_S_MAX = 6;

export function edgeNames(held: () => Held): void {
  const { dig, status } = digger(held);
  const host = () => new URL(held().output('EdgeUrl')).hostname;
  const zone = () => host().split('.').slice(1).join('.');
  const primary = () => held().output('Balancers').split(',')[0]!.split('=')[1]!;

  it('the name leads to the nodes of the primary balancer, one a zone', async () => {
    const answers = await dig(host());
    expect(answers.map(({ type }) => type)).toEqual(['A', 'A', 'A']);
    for (const { ttlS } of answers) expect(ttlS).toBeLessThanOrEqual(ALIAS_TTL_S_MAX);
    const addresses = (found: typeof answers) => found.map(({ data }) => data).toSorted();
    expect(addresses(answers)).toEqual(addresses(await dig(primary())));
  });

  it('every node comes first in its turn', async () => {
    const first = new Set<string>();
    for (let turn = 0; turn < 12; turn += 1) first.add((await dig(host()))[0]!.data);
    expect(first.size).toBe(3);
  });

  it('the zone says who answers for it, and what is not there', async () => {
    expect((await dig(zone(), 'NS')).map(({ type }) => type)).toEqual(['NS', 'NS', 'NS', 'NS']);
    expect(await status(`nobody.${zone()}`)).toBe('NXDOMAIN');
  });
}
