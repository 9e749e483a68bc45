/** The throttle in front of the quotes: who may ask how often, and who goes first when there is too much to do. */

import { systemClock, Throttle, throttleMiddleware } from '../../runtime/index.ts';
import type { ThrottleConfig } from './config.ts';
import type { TokenVerifier } from './identity.ts';
import type { Guard } from './quotes.ts';

export interface ShopThrottle {
  readonly guard: Guard;
  describe(): unknown;
  close(): Promise<void>;
}

export function openShopThrottle({ capacityPerS }: ThrottleConfig, verifier: TokenVerifier): ShopThrottle {
  const all = { perSecond: capacityPerS, burst: capacityPerS };
  const throttle = new Throttle({ clock: systemClock, limitOf: () => all, shared: all });
  return {
    guard: throttleMiddleware(throttle, async (request) => (await verifier.identify(request)).incoming),
    describe: () => throttle.describe(),
    close: () => Promise.resolve(),
  };
}
