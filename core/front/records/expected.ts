import type { AliasTarget, ExpectedRecord } from '../types.ts';

/** The JSON of `ExpectedRecord[]`; null for any other text. Names are taken as DNS compares them. */
export function parseExpectedRecords(text: string): readonly ExpectedRecord[] | null {
  try {
    const read: unknown = JSON.parse(text);
    if (!Array.isArray(read)) return null;
    const records = read.map(recordOf);
    return records.every((record) => record !== null) ? records : null;
  } catch {
    return null;
  }
}

function recordOf(value: unknown): ExpectedRecord | null {
  if (!isRecord(value)) return null;
  const { name, type, setIdentifier = null, failover = null, healthCheckId = null } = value;
  const alias = aliasOf(value['alias']);
  const isSound =
    isName(name) &&
    (type === 'A' || type === 'AAAA') &&
    isTextOrNull(setIdentifier) &&
    (failover === null || failover === 'PRIMARY' || failover === 'SECONDARY') &&
    isTextOrNull(healthCheckId);
  if (!isSound || alias === null) return null;
  return { name: dnsName(name), type, setIdentifier, failover, alias, healthCheckId };
}

function aliasOf(value: unknown): AliasTarget | null {
  if (!isRecord(value)) return null;
  const { dnsName: target, hostedZoneId, evaluateTargetHealth } = value;
  if (!isName(target) || typeof hostedZoneId !== 'string' || typeof evaluateTargetHealth !== 'boolean')
    return null;
  return { dnsName: dnsName(target), hostedZoneId, evaluateTargetHealth };
}

/** Names are equal in any case, and with or without the dot at their end. */
export function dnsName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9*_.-]{1,255}$/.test(value);
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value !== '');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
