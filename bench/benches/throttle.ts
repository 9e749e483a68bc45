/**
 * A decision of the throttle in memory, against the limiters that are used with Node, in one run: its cost at 1,000
 * and at 100,000 callers, and whether the limit is kept. Callers ask as often as zipf(1.0) says.
 */

import { fairness, mostAdmitted } from '../throttle/exactness.ts';
import { refusalCpuMs, whileStoreHangs } from '../throttle/decisions.ts';
import { OTHERS, OUR_THROTTLE, OURS, type LimiterMaker } from '../throttle/limiters.ts';
import { zipfCallers } from '../throttle/load.ts';
import { type Bench, type BenchRow, median, row } from '../types.ts';

const CALLERS = [1000, 100_000] as const;
const ROUNDS_MIN = 3;
const PER_SECOND = 5;
const ALL = [OURS, OUR_THROTTLE, ...OTHERS];

export const throttle: Bench = {
  name: 'throttle',
  run: async ({ seconds, say }) => {
    const rows: BenchRow[] = [];
    const context: Record<string, number> = {};
    for (const callers of CALLERS) {
      say(`decisions for ${callers} callers`);
      const ns = await compare(callers, (seconds * 1000) / CALLERS.length);
      const ours = ns.get(OURS.name)!;
      rows.push(...OTHERS.map(({ name }) => row(`${callers} callers`, ours, ns.get(name)!, name)));
      context[`${OUR_THROTTLE.name} at ${callers} callers, ns`] = ns.get(OUR_THROTTLE.name)!;
    }
    say('the most admitted in any second');
    const most = await Promise.all([OURS, ...OTHERS].map(mostAdmitted));
    for (const [at, { name }] of [OURS, ...OTHERS].entries()) {
      context[`most admitted in any 1 s, limit 5, ${name}`] = most[at]!;
    }
    context['Jain index under equal demand'] = fairness();
    say('decisions while the lease store hangs');
    const hang = await whileStoreHangs();
    context['p99 while the lease store hangs, ms'] = hang.p99Ms;
    context['failed decisions while it hangs'] = hang.failed;
    context['processor time of a refusal, ms'] = await refusalCpuMs();
    return { unit: 'ns per decision', rows, context };
  },
};

/** The median cost of a decision by the name of the limiter, each with a fresh limiter a round, turn about. */
async function compare(callers: number, ms: number): Promise<ReadonlyMap<string, number>> {
  const most = Math.max(...ALL.map(({ decisions }) => decisions));
  const asked = zipfCallers(callers, most, callers);
  const rounds = new Map(ALL.map(({ name }): [string, number[]] => [name, []]));
  const until = performance.now() + ms;
  for (let round = 0; round < ROUNDS_MIN || performance.now() < until; round += 1) {
    for (const maker of ALL) rounds.get(maker.name)!.push(await nsPerDecision(maker, asked));
  }
  return new Map([...rounds].map(([name, ns]) => [name, median(ns)]));
}

async function nsPerDecision({ make, decisions }: LimiterMaker, asked: readonly string[]): Promise<number> {
  const limiter = make(PER_SECOND);
  let admitted = 0;
  const startedAt = process.hrtime.bigint();
  for (let n = 0; n < decisions; n += 1) {
    const answer = limiter.take(asked[n]!);
    // What answers at once does not pay for a promise.
    if (typeof answer === 'boolean' ? answer : await answer) admitted += 1;
  }
  const ns = Number(process.hrtime.bigint() - startedAt) / decisions;
  limiter.close?.();
  if (admitted === 0) throw new Error('nobody was admitted: the benchmark measures nothing');
  return ns;
}
