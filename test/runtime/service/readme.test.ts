import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ejectionCap } from '../../../core/pools/index.ts';
import { SERVICE_CONNECTION_DEFAULTS } from '../../../runtime/adapters/open-service-pool.ts';
import { HEDGING_DEFAULTS, SERVICE_POOL_DEFAULTS } from '../../../runtime/service/limits.ts';
import { INSTANCE_STATES } from '../../../runtime/service/states.ts';

const page = fs.readFileSync(new URL('../../../runtime/service/README.md', import.meta.url), 'utf8');
const example = fs.readFileSync(new URL('../../docs/examples/first-service.ts', import.meta.url), 'utf8');

describe('the page of the service pool', () => {
  it('draws exactly the states of an instance', () => {
    const diagram = /```mermaid\n([\s\S]*?)```/.exec(page)![1]!;
    const drawn = [...diagram.matchAll(/^\s*(\[\*\]|\w+) --> (\w+)/gm)].flatMap(([, from, to]) => [
      from!,
      to!,
    ]);
    expect(new Set(drawn.filter((state) => state !== '[*]'))).toEqual(new Set(INSTANCE_STATES));
  });

  it('shows code that is compiled', () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(page)![1]!;
    expect(shown).toBe(example.replace('../../../runtime/index.ts', 'understudy/runtime'));
  });

  it('states the defaults of the code', () => {
    const { member, tryMs, backoff, retry, avoidMs, spillInFlightMin, deadlineMs, drainMs } =
      SERVICE_POOL_DEFAULTS;
    const said = [
      `after \`tryMs\` (${tryMs / 1000} s)`,
      `${member.errorsMax} errors or ${member.latesMax} time-outs in a row`,
      `${member.backoff.msMin / 1000} to ${member.backoff.msMax / 1000} s later`,
      `${member.probesMin} probes passed`,
      `after ${member.rampMs / 1000} s, its share growing`,
      `after up to ${backoff.msMin} ms (full jitter)`,
      `at most ${HEDGING_DEFAULTS.extraShare * 100} % of the\nrequests`,
      `from ${spillInFlightMin} requests under way`,
      `\`deadlineMs\` (${deadlineMs.toLocaleString('en')})`,
      `still named after ${drainMs / 1000} s`,
      `${SERVICE_CONNECTION_DEFAULTS.connectionsMax} connections to an instance`,
      `made in ${SERVICE_CONNECTION_DEFAULTS.connectMs} ms`,
      `at most ${SERVICE_CONNECTION_DEFAULTS.answerBytesMax / 2 ** 20} MiB`,
    ];
    for (const text of said) expect(page).toContain(text);
    expect([avoidMs, member.rampShareMin, retry.extraShare, retry.attemptsMax]).toEqual([1000, 0.1, 0.1, 2]);
    expect([2, 3, 4, 7, 8].map(ejectionCap)).toEqual([1, 1, 1, 1, 2]);
  });
});
