/** The throttle in front of the quotes: who may ask how often, and who goes first when there is too much to do. */

import { openThrottle, throttleMiddleware, type OpenThrottleStatus } from '../../runtime/index.ts';
import type { ThrottleConfig } from './config.ts';
import type { TokenVerifier } from './identity.ts';
import type { Guard } from './quotes.ts';

export interface ShopThrottle {
  readonly guard: Guard;
  describe(): OpenThrottleStatus;
  /** Waits for the first lease, so long at most: without one only a small share of the capacity is in force. */
  ready(ms: number): Promise<boolean>;
  close(): Promise<void>;
}

export function openShopThrottle(config: ThrottleConfig, verifier: TokenVerifier): ShopThrottle {
  const { application, table, region, capacityPerS, callerPerS } = config;
  const alone = { perSecond: callerPerS, burst: callerPerS };
  const opened = openThrottle({
    application,
    resource: 'quotes',
    capacityPerS,
    ...(table === undefined ? { limitOf: () => alone } : { table, region }),
  });
  return {
    ...opened,
    guard: throttleMiddleware(
      opened.throttle,
      async (request) => (await verifier.identify(request)).incoming,
    ),
  };
}
