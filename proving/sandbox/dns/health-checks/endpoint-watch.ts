/** The checkers of one endpoint. Each asks at its own times and holds its own view, as checkers do not confer. */

import {
  ANSWER_MS_MAX,
  type CheckerView,
  CONNECT_MS_MAX,
  endpointHealthy,
  NEW_CHECKER,
  observed,
  TCP_CONNECT_MS_MAX,
} from '../../../twin/dns/index.ts';
import type { World } from '../../kernel/index.ts';
import { probe, type ProbeLimits } from './probe.ts';
import type { EndpointCheck } from './settings.ts';

/** Route 53 has checkers in eight Regions; four are enough for its rule of 18 %, and cheap. */
export const CHECKERS = 4;
/** A busy machine answers no faster at the fast pace: no wait is scaled below this. */
const LIMIT_MS_MIN = 1_000;

export interface Watch {
  isHealthy(): boolean;
  stop(): void;
}

/** @param resolve an address of a name, as the public name servers answer; undefined for none */
export function watchEndpoint(
  world: World,
  check: EndpointCheck,
  resolve: (name: string) => string | undefined,
): Watch {
  const views: CheckerView[] = Array.from({ length: CHECKERS }, () => NEW_CHECKER);
  const timers = new Set<NodeJS.Timeout>();
  const intervalMs = world.managed(check.intervalS * 1_000);
  const limits = limitsOf(world);
  let stopped = false;

  const look = async (checker: number): Promise<void> => {
    const address = check.address ?? resolve(check.name ?? '');
    const succeeded = address === undefined ? false : await probe(check, address, limits);
    views[checker] = observed(views[checker]!, succeeded, check.threshold);
  };
  const later = (checker: number, ms: number): void => {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      const startedAt = world.now();
      void look(checker).then(() => later(checker, Math.max(0, startedAt + intervalMs - world.now())));
    }, ms);
    timers.add(timer);
  };
  for (let checker = 0; checker < CHECKERS; checker += 1) later(checker, (intervalMs * checker) / CHECKERS);
  return {
    isHealthy: () => endpointHealthy(views),
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function limitsOf(world: World): ProbeLimits {
  const limit = (ms: number) => Math.max(LIMIT_MS_MIN, world.managed(ms));
  return {
    connectMs: limit(CONNECT_MS_MAX),
    answerMs: limit(ANSWER_MS_MAX),
    tcpConnectMs: limit(TCP_CONNECT_MS_MAX),
  };
}
