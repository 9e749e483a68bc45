import type { Failure } from '../failures.ts';
import type { Sample } from '../state/items.ts';
import type { DatabaseThresholds } from '../thresholds/database.ts';
import { isUnseen } from './signals.ts';

/**
 * What one sample says of its member. `load` proves life and nothing more: it ends a run of bad samples and
 * is no step towards recovery.
 */
export type Assessment =
  | { readonly health: 'good' }
  | { readonly health: 'load' }
  | { readonly health: 'bad'; readonly failure: Failure };

const GOOD: Assessment = { health: 'good' };
const LOAD: Assessment = { health: 'load' };

export function assess(sample: Sample, isWriter: boolean, thresholds: DatabaseThresholds): Assessment {
  if (isUnseen(sample.reach)) return bad(isWriter ? 'writer-unreachable' : 'reader-unreachable');
  if (sample.reach === 'load') return LOAD;
  if (sample.reach === 'error') return bad(isWriter ? 'writer-stalled' : 'reader-broken');
  return isWriter ? assessWriter(sample) : assessReader(sample, thresholds);
}

function assessWriter(sample: Sample): Assessment {
  switch (sample.write) {
    case 'ok':
      return GOOD;
    case 'read-only':
      return bad('writer-read-only');
    case 'timeout':
    case 'error':
      return bad('writer-stalled');
    default:
      return LOAD;
  }
}

/** An unknown lag is no evidence of lag (I-30). */
function assessReader(sample: Sample, thresholds: DatabaseThresholds): Assessment {
  const lagging = sample.lagMs !== null && sample.lagMs > thresholds['lag-ms-max'];
  return lagging ? bad('reader-lagging') : GOOD;
}

function bad(failure: Failure): Assessment {
  return { health: 'bad', failure };
}
