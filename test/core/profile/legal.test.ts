import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BACKUP_DAYS_DEFAULT,
  DATABASE_NAME_DEFAULT,
  READERS_DEFAULT,
  SIZE_DEFAULT,
  validate,
} from '../../../core/profile/index.ts';
import { DATABASE_THRESHOLDS, defaultsOf } from '../../../core/thresholds/index.ts';
import { demo } from '../../../environments/index.ts';
import { existing, maximal, minimal } from './profiles.ts';

describe('a legal profile', () => {
  it('gets every default', () => {
    const { profile, warnings } = validate(minimal);
    expect(warnings).toEqual([]);
    expect(profile).toMatchObject({
      size: SIZE_DEFAULT,
      applications: [],
      existing: {},
      deletionProtection: true,
      tiers: {
        database: {
          readers: READERS_DEFAULT[SIZE_DEFAULT],
          redundancy: 'redundant',
          databaseName: DATABASE_NAME_DEFAULT,
          backupDays: BACKUP_DAYS_DEFAULT,
          mode: null,
        },
      },
    });
    expect(profile.thresholds.database).toEqual(defaultsOf('database'));
  });

  it('keeps everything that is written', () => {
    const { profile, warnings } = validate(maximal);
    expect(warnings).toEqual([]);
    expect(profile).toMatchObject({
      name: 'prod-eu',
      size: 'fleet',
      tiers: { database: { readers: 4, databaseName: 'orders', backupDays: 35, mode: 'observe' } },
      applications: ['shop', 'order_service'],
      notify: { email: 'oncall@example.com' },
    });
    expect(profile.thresholds.database).toEqual({
      ...defaultsOf('database'),
      'lag-ms-max': 500,
      'panic-ratio': 0.4,
    });
  });

  it('may attach to what a team already runs', () => {
    const { profile } = validate({ ...minimal, existing });
    expect(profile.existing).toEqual(existing);
  });

  it('has readers by its size', () => {
    for (const size of ['solo', 'pair', 'fleet'] as const) {
      expect(validate({ ...minimal, size }).profile.tiers.database.readers).toBe(READERS_DEFAULT[size]);
    }
  });

  it('is answered the same the second time', () => {
    expect(validate(maximal)).toEqual(validate(structuredClone(maximal)));
    expect(validate(demo).warnings).toEqual([]);
  });

  it('I-31: keeps any legal value of any threshold', () => {
    const lag = DATABASE_THRESHOLDS.find(({ name }) => name === 'lag-ms-max')!;
    fc.assert(
      fc.property(fc.integer({ min: lag.min, max: lag.max }), (value) => {
        const { profile } = validate({ ...minimal, thresholds: { database: { 'lag-ms-max': value } } });
        expect(profile.thresholds.database?.['lag-ms-max']).toBe(value);
      }),
    );
  });
});

describe('a warning', () => {
  it("is given for redundancy: 'none', which has no reader", () => {
    const { profile, warnings } = validate({ ...minimal, tiers: { database: { redundancy: 'none' } } });
    expect(profile.tiers.database).toMatchObject({ readers: 0, redundancy: 'none' });
    expect(warnings.map(({ id }) => id)).toEqual(['understudy:database-single-copy']);
  });

  it('is given where nobody is told', () => {
    const { warnings } = validate({ ...minimal, notify: undefined });
    expect(warnings.map(({ id }) => id)).toEqual(['understudy:nobody-notified']);
  });
});
