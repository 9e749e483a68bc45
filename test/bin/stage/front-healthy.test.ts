import { describe, expect, it } from 'vitest';
import { probersReason } from '../../../bin/stage/front/healthy.ts';
import type { TierRecords } from '../../../proving/drills/index.ts';

type Observation = TierRecords['observations'][number];

const seen = (az: string, ids: readonly string[], failure: string | null = null): Observation =>
  ({ az, at: 1, blind: false, verdicts: ids.map((memberId) => ({ memberId, failure })) }) as never;

const A = '10.0.0.1:8080';
const B = '10.0.0.2:8080';

describe('the word of the probers', () => {
  it('is good when each of them looks at every target, and none fails', () => {
    const observations = [seen('us-east-1a', [A, B]), seen('us-east-1b', [A, B])];
    expect(probersReason({ observations }, [A, B])).toBeNull();
  });

  it('is not good while one was not told of a target', () => {
    const observations = [seen('us-east-1a', [A, B]), seen('us-east-1b', [A])];
    expect(probersReason({ observations }, [A, B])).toBe(
      `the prober of us-east-1b does not look at ${B} yet`,
    );
  });

  it('is not good while one sees a failure, or nobody says anything', () => {
    const observations = [seen('us-east-1a', [A], 'target-unreachable')];
    expect(probersReason({ observations }, [A])).toContain(`sees target-unreachable at ${A}`);
    expect(probersReason({ observations: [] }, [A])).toBe('no prober has seen a target');
  });

  it('is not asked for where functions do not run', () => {
    expect(probersReason(null, [A])).toBeNull();
  });
});
