/**
 * What an authoritative DNS server answers (RFC 1034 section 4.3.2, RFC 2308): CNAME chains inside the zones,
 * NODATA for a name without that type, NXDOMAIN for no such name, REFUSED outside the zones.
 */

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'TXT' | 'NS' | 'SOA';

/**
 * The records of one type at a name. All A values are answered, in rotation. Of several CNAME values one is answered
 * at a time, in turn: Route 53's records of equal weight, as Aurora's reader endpoints have them.
 */
export interface RecordSet {
  readonly type: Exclude<RecordType, 'SOA'>;
  readonly values: readonly string[];
  readonly ttlS: number;
}

export interface ResourceRecord {
  readonly name: string;
  readonly type: RecordType;
  readonly ttlS: number;
  /** Unused for SOA. */
  readonly data: string;
}

export type ResponseCode = 'NOERROR' | 'NXDOMAIN' | 'REFUSED';

export interface Answer {
  readonly code: ResponseCode;
  readonly answers: readonly ResourceRecord[];
  /** The SOA that says how long "no" may be remembered; null for a positive or refused answer. */
  readonly authority: ResourceRecord | null;
}

export interface ZoneView {
  /** Zones we are authoritative for, lower case without a trailing dot. */
  readonly zones: readonly string[];
  /** The record set of the type at a name, or else its CNAME; undefined when there is neither. */
  record(name: string, type: string): RecordSet | undefined;
  /** True where the name itself has records of any type. */
  exists(name: string): boolean;
  /** True where some name below this one has records: such a name exists, though it has no data itself. */
  hasNamesBelow(name: string): boolean;
}

/** How long a negative answer may be cached. As Route 53 would have it, 60 s or more; short, as nothing here is far away. */
export const NEGATIVE_TTL_S = 1;
const CHAIN_LENGTH_MAX = 8;

/** @param turn counts the questions for this name: it rotates several values. */
export function answer(
  view: ZoneView,
  question: { readonly name: string; readonly type: string },
  turn: number,
): Answer {
  const zone = zoneOf(view.zones, question.name);
  if (zone === null) return { code: 'REFUSED', answers: [], authority: null };
  const answers: ResourceRecord[] = [];
  let name = question.name;
  for (let step = 0; step < CHAIN_LENGTH_MAX; step++) {
    const set = view.record(name, question.type);
    if (set !== undefined && set.type === question.type && set.values.length > 0) {
      answers.push(...rotated(name, set, turn));
      return { code: 'NOERROR', answers, authority: null };
    }
    const target = set?.type === 'CNAME' ? set.values[turn % set.values.length] : undefined;
    if (set === undefined || target === undefined) {
      return negative({ view, zone, name, answers, type: question.type });
    }
    answers.push({ name, type: 'CNAME', ttlS: set.ttlS, data: target });
    if (zoneOf(view.zones, target) === null) return { code: 'NOERROR', answers, authority: null };
    name = target;
  }
  return { code: 'NOERROR', answers, authority: soa(zone) };
}

function negative(at: {
  view: ZoneView;
  zone: string;
  name: string;
  answers: readonly ResourceRecord[];
  type: string;
}): Answer {
  const apex = at.name === at.zone;
  if (apex && at.type === 'SOA') {
    return { code: 'NOERROR', answers: [...at.answers, soa(at.zone)], authority: null };
  }
  const exists = apex || at.view.exists(at.name) || at.view.hasNamesBelow(at.name);
  return {
    code: exists ? 'NOERROR' : 'NXDOMAIN',
    answers: at.answers,
    authority: soa(at.zone),
  };
}

function rotated(name: string, set: RecordSet, turn: number): ResourceRecord[] {
  const shift = set.type === 'TXT' || set.type === 'NS' ? 0 : turn % set.values.length;
  const all = [...set.values.slice(shift), ...set.values.slice(0, shift)];
  const values = set.type === 'CNAME' ? all.slice(0, 1) : all;
  return values.map((data) => ({ name, type: set.type, ttlS: set.ttlS, data }));
}

function soa(zone: string): ResourceRecord {
  return { name: zone, type: 'SOA', ttlS: NEGATIVE_TTL_S, data: '' };
}

/** The longest zone that holds the name. */
export function zoneOf(zones: readonly string[], name: string): string | null {
  const holding = zones.filter((zone) => name === zone || name.endsWith(`.${zone}`));
  return holding.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

const CLASSIC_SIZE_MAX = 512;
/** What the DNS flag day of 2020 recommends against fragments. */
export const EDNS_SIZE_MAX = 1232;

/** Largest answer over UDP: 512 bytes, or what the client's EDNS option offers up to 1232. */
export function udpSizeMax(offeredByClient: number | null): number {
  if (offeredByClient === null) return CLASSIC_SIZE_MAX;
  return Math.min(Math.max(offeredByClient, CLASSIC_SIZE_MAX), EDNS_SIZE_MAX);
}
