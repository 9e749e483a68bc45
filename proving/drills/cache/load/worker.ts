/** The load runs in a thread of its own, so that nothing else in the process delays its schedule. */

import { now } from '../../load/client.ts';
import { serveLoad } from '../../load/worker-frame.ts';
import type { CacheSample } from '../model.ts';
import { CacheGenerator, type CacheLoadOptions } from './generator.ts';
import type { Ask, Reply } from './messages.ts';

serveLoad({
  make: (options: CacheLoadOptions, sink: (sample: CacheSample) => void) => new CacheGenerator(options, sink),
  answer: async (generator, ask: Ask): Promise<Reply> => {
    switch (ask.kind) {
      case 'visit':
        return { kind: 'visited', visits: await generator.visit(ask.products) };
      case 'begin':
        return { kind: 'begun', at: generator.begin(ask) };
      case 'pause':
        await generator.pause();
        return { kind: 'paused', at: now() };
      default:
        throw new Error(`nothing is known of ${JSON.stringify(ask satisfies never)}`);
    }
  },
});
