import type { EnvironmentProfile } from '../core/profile/types.ts';

/**
 * The example environment: what `npm start` stands up. It differs from one for production in two lines only:
 * the data may be deleted, and forced promotion acts at once instead of being observed until a drill has passed.
 *
 * The cache has a node for each of four shards, over the zones in turn, and one that stands in for those that are away.
 *
 * A request comes in at `shop.demo.example.com`, by a balancer over the zones and, should its name give no good answer,
 * by the second beside it. Three tasks of the web tier answer it, one a zone, and ask one of the three of the shop. A
 * request whose trace is sampled (`X-Amzn-Trace-Id: Root=1-...;Sampled=1`) leaves a line in the log of each.
 *
 * The shop verifies tokens of its callers with a key that Secrets Manager makes up: its tasks get it when they start. The
 * web tier has no use for the key, and does not get it.
 *
 * `throttle` is about the shop's quotes: a part that bears 100 requests a second, because it has four slots that each
 * hold a request for 40 ms. A price comparison is promised ten of them and may use forty, but goes first under
 * overload; so does whoever shows no token, and all of those together are one caller. Any other caller may have 20.
 */
export const demo: EnvironmentProfile = {
  name: 'demo',
  region: 'us-east-1',
  zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  size: 'pair',
  tiers: {
    database: { mode: 'act' },
    cache: { shards: 4, redundancy: 'masked', gutter: true },
    service: {
      shop: {
        entry: 'examples/shop/main.ts',
        environment: { TRACE_LOG: 'sampled' },
        secrets: { SHOP_TOKEN_KEY: { generate: 'token-key' } },
      },
    },
    web: { entry: 'examples/shop-web/main.ts', calls: ['shop'], environment: { TRACE_LOG: 'sampled' } },
    edge: { domain: 'shop.demo.example.com', secondary: 'edge' },
  },
  applications: ['shop'],
  throttle: {
    quotes: {
      application: 'shop',
      capacityPerS: 100,
      callers: {
        'price-comparison': { floorPerS: 10, limitPerS: 40, criticality: 'sheddable' },
        anonymous: { limitPerS: 10, criticality: 'sheddable' },
      },
      others: { limitPerS: 20 },
    },
  },
  notify: {},
  deletionProtection: false,
};
