/** The hosted zones of the account: batches of changes, all or nothing, that the name servers learn a while later. */

import { randomBytes, randomUUID } from 'node:crypto';
import { type HostedRecordSet, plainName, recordKey } from '../../twin/dns/index.ts';
import type { ValidationZones } from '../acm/index.ts';
import { AwsError, type World } from '../kernel/index.ts';
import { applyBatch } from './change-batch.ts';
import { apexRecords, type HostedZone, isApexRecord, type RecordChange } from './hosted-zone.ts';

export interface Change {
  readonly id: string;
  readonly zoneId: string;
  readonly comment: string | null;
  readonly submittedAt: number;
  status: 'PENDING' | 'INSYNC';
}

interface ChangeInProgress {
  readonly change: Change;
  readonly inSync: Promise<void>;
}

/** "Generally within 60 seconds" (Developer Guide, "Working with records"): here from 10 to 40, drawn for each batch. */
const PROPAGATION_MS_MIN = 10_000;
const PROPAGATION_MS_MAX = 40_000;
const VALIDATION_TTL_S = 300;
const ID_LENGTH = 20;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export class HostedZones implements ValidationZones {
  readonly #world: World;
  readonly #zones = new Map<string, HostedZone>();
  readonly #changes = new Map<string, Change>();
  /** When the batch before is served: a later one never overtakes it. */
  readonly #servedUntil = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(world: World) {
    this.#world = world;
  }

  all(): readonly HostedZone[] {
    return [...this.#zones.values()];
  }

  find(id: string): HostedZone | undefined {
    return this.#zones.get(id.replace(/^\/?hostedzone\//, ''));
  }

  /** With or without `/hostedzone/`. Throws AwsError `NoSuchHostedZone`. */
  get(id: string): HostedZone {
    const found = this.find(id);
    if (found) return found;
    throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, { status: 404 });
  }

  create(wanted: {
    readonly name: string;
    readonly comment: string;
    readonly isPrivate: boolean;
  }): HostedZone {
    const name = plainName(wanted.name);
    const apex = apexRecords(name);
    const zone: HostedZone = {
      id: `Z${randomText(ID_LENGTH)}`,
      name,
      isPrivate: wanted.isPrivate,
      callerReference: randomUUID(),
      comment: wanted.comment,
      written: apex,
      served: apex,
    };
    this.#zones.set(zone.id, zone);
    return zone;
  }

  /** Throws AwsError `HostedZoneNotEmpty`. What ACM wrote for itself goes with the zone. */
  remove(id: string): void {
    const zone = this.get(id);
    if ([...zone.written.values()].some((record) => !isApexRecord(zone, record))) {
      const message =
        'The specified hosted zone contains non-required resource record sets and so cannot be deleted.';
      throw new AwsError('HostedZoneNotEmpty', message);
    }
    this.#zones.delete(zone.id);
  }

  /** All of the batch or nothing. Throws AwsError `InvalidChangeBatch`, `NoSuchHostedZone`. */
  apply(zoneId: string, changes: readonly RecordChange[], comment: string | null = null): ChangeInProgress {
    const zone = this.get(zoneId);
    zone.written = applyBatch(zone, changes);
    const { written } = zone;
    const change: Change = {
      id: `C${randomText(ID_LENGTH)}`,
      zoneId: zone.id,
      comment,
      submittedAt: this.#world.now(),
      status: 'PENDING',
    };
    this.#changes.set(change.id, change);
    return { change, inSync: this.#serveLater(zone, written, change) };
  }

  /** Throws AwsError `NoSuchChange`. */
  change(id: string): Change {
    const found = this.#changes.get(id.replace(/^\/?change\//, ''));
    if (found) return found;
    throw new AwsError('NoSuchChange', `Could not find resource with ID: ${id}`, { status: 404 });
  }

  zoneName(zoneId: string): string | undefined {
    return this.find(zoneId)?.name;
  }

  putValidation(zoneId: string, { name, value }: { readonly name: string; readonly value: string }): void {
    const values = [`${value}.`];
    const routing = { kind: 'simple' } as const;
    const rest = { setIdentifier: null, alias: null, healthCheckId: null, ttlS: VALIDATION_TTL_S };
    void this.apply(zoneId, [
      { action: 'UPSERT', record: { name, type: 'CNAME', routing, values, ...rest } },
    ]);
  }

  removeValidation(zoneId: string, name: string): void {
    const key = recordKey({ name, type: 'CNAME', setIdentifier: null });
    const record = this.find(zoneId)?.written.get(key);
    if (record) void this.apply(zoneId, [{ action: 'DELETE', record }]);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #serveLater(
    zone: HostedZone,
    written: ReadonlyMap<string, HostedRecordSet>,
    change: Change,
  ): Promise<void> {
    const now = this.#world.now();
    const spread = Math.random() * (PROPAGATION_MS_MAX - PROPAGATION_MS_MIN);
    const drawn = now + this.#world.managed(PROPAGATION_MS_MIN + spread);
    const at = Math.max(drawn, this.#servedUntil.get(zone.id) ?? 0);
    this.#servedUntil.set(zone.id, at);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        zone.served = written;
        change.status = 'INSYNC';
        resolve();
      }, at - now);
      this.#timers.add(timer);
    });
  }
}

function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
