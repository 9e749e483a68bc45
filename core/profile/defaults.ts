/** The defaults of a profile. Each exists here and nowhere else. */

import type { Size } from './types.ts';

export const SIZE_DEFAULT: Size = 'pair';
export const SIZES: readonly Size[] = ['solo', 'pair', 'fleet'];
export const DATABASE_NAME_DEFAULT = 'app';
export const BACKUP_DAYS_DEFAULT = 7;
export const DELETION_PROTECTION_DEFAULT = true;
export const DATABASE_PORT_DEFAULT = 5432;

/** Readers beside the writer, by size. */
export const READERS_DEFAULT: Readonly<Record<Size, number>> = { solo: 2, pair: 2, fleet: 3 };

/** I-35: three zones, and three database hosts, so that one loss leaves two. */
export const ZONES_MIN = 3;
export const ZONES_MAX = 6;
export const READERS_MIN = 2;
/** Aurora's own limit of replicas in a cluster. */
export const READERS_MAX = 15;
