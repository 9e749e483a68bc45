/** Between DNS messages on the wire and the answers of the model. */

import packet from 'dns-packet';
import {
  type Answer,
  EDNS_SIZE_MAX,
  NEGATIVE_TTL_S,
  type ResourceRecord,
  type ResponseCode,
  udpSizeMax,
} from '../../twin/dns/index.ts';

export interface Question {
  /** Lower case, without a trailing dot. */
  readonly name: string;
  readonly type: string;
}

/** Response codes of RFC 1035 and 8914, as the low bits of the flags. */
const CODE: Readonly<Record<ResponseCode | 'FORMERR', number>> = {
  NOERROR: 0,
  FORMERR: 1,
  NXDOMAIN: 3,
  REFUSED: 5,
};

export interface ServerKind {
  /** An authoritative server sets AA; a resolver sets RA. */
  readonly authoritative: boolean;
}

/** Decodes one query, has it answered, encodes the response. Undefined for what is no query at all. */
export function respond(
  query: Buffer,
  options: ServerKind & {
    readonly transport: 'udp' | 'tcp';
    resolve(question: Question): Answer;
  },
): Buffer | undefined {
  const decoded = decode(query);
  if (decoded === undefined || decoded.type !== 'query') return undefined;
  const question = decoded.questions?.[0];
  const client = decoded.additionals?.find((record) => record.type === 'OPT');
  const answer: Answer | null = question
    ? options.resolve({ name: question.name.toLowerCase(), type: question.type })
    : null;
  const flags =
    (options.authoritative ? packet.AUTHORITATIVE_ANSWER : packet.RECURSION_AVAILABLE) |
    ((decoded.flags ?? 0) & packet.RECURSION_DESIRED) |
    CODE[answer?.code ?? 'FORMERR'];
  const response: packet.Packet = {
    id: decoded.id ?? 0,
    type: 'response',
    flags,
    questions: decoded.questions ?? [],
    answers: answer?.answers.map(toWire) ?? [],
    authorities: answer?.authority ? [toWire(answer.authority)] : [],
    additionals: client ? [ednsOption()] : [],
  };
  const encoded = packet.encode(response);
  const offered = client?.type === 'OPT' ? client.udpPayloadSize : null;
  if (options.transport === 'tcp' || encoded.length <= udpSizeMax(offered)) return encoded;
  return packet.encode({
    ...response,
    flags: flags | packet.TRUNCATED_RESPONSE,
    answers: [],
    authorities: [],
  });
}

function decode(query: Buffer): packet.DecodedPacket | undefined {
  try {
    return packet.decode(query);
  } catch {
    return undefined;
  }
}

function ednsOption(): packet.Answer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: EDNS_SIZE_MAX,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
}

function toWire(record: ResourceRecord): packet.Answer {
  const { name, ttlS: ttl } = record;
  if (record.type === 'SOA') {
    return {
      type: 'SOA',
      name,
      ttl,
      data: {
        mname: `ns.${name}`,
        rname: `hostmaster.${name}`,
        serial: 1,
        refresh: 7_200,
        retry: 900,
        expire: 1_209_600,
        minimum: NEGATIVE_TTL_S,
      },
    };
  }
  if (record.type === 'TXT') return { type: 'TXT', name, ttl, data: [record.data] };
  return { type: record.type, name, ttl, data: record.data };
}
