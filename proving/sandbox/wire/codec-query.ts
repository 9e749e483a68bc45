/** awsQuery: a form body names action and members (`Filters.Filter.1.Name=x`), the answer is XML. */

import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import { FromStringShapeDeserializer } from '@smithy/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import type { AwsError } from '../kernel/index.ts';
import type { CodecOptions } from './codec.ts';
import { errorMembers, undecodable, unknownOperation, wireError } from './errors.ts';
import type { Codec, Decoded, WireRequest, WireResponse } from './message.ts';
import { type OperationSchema, type SchemaRef, structure } from './schema.ts';
import { validateInput } from './validate.ts';

const SETTINGS = { timestampFormat: { useTrait: true, default: 5 as const }, httpBindings: false };
const STRING = 0;
const RESPONSE_METADATA = structure('ResponseMetadata', { RequestId: STRING });

export function queryCodec(options: CodecOptions): Codec {
  const xmlNamespace = options.xmlNamespace;

  async function decode(request: WireRequest): Promise<Decoded> {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const action = form.get('Action');
    if (action === null) throw unknownOperation("A request whose form has no 'Action'");
    const operation = options.operations.get(action);
    if (!operation) throw unknownOperation(action);
    const input = readForm(operation, form);
    validateInput(operation.input, input);
    return { operation, input };
  }

  function encode(
    operation: OperationSchema,
    output: Record<string, unknown>,
    requestId: string,
  ): WireResponse {
    const result = `${operation.name}Result`;
    const hasResult = operation.output.isStructSchema();
    const envelope = structure(`${operation.name}Response`, {
      ...(hasResult ? { [result]: operation.output.getSchema() } : {}),
      ResponseMetadata: RESPONSE_METADATA,
    });
    const body = writeXml(envelope, xmlNamespace, {
      ...(hasResult ? { [result]: output } : {}),
      ResponseMetadata: { RequestId: requestId },
    });
    return { status: 200, headers: xmlHeaders(requestId), body };
  }

  function encodeError(error: AwsError, requestId: string): WireResponse {
    const wire = wireError(error, options.errors);
    const members = errorMembers(wire);
    const extra = Object.fromEntries(
      [...(wire.schema?.members.structIterator() ?? [])]
        .filter(([name]) => name.toLowerCase() !== 'message')
        .map(([name, member]) => [
          name,
          [member.getSchema(), member.getMemberTraits()] as unknown as SchemaRef,
        ]),
    );
    const body = writeXml(
      structure('ErrorResponse', {
        Error: structure('Error', { Type: STRING, Code: STRING, Message: STRING, ...extra }),
        RequestId: STRING,
      }),
      xmlNamespace,
      {
        Error: {
          ...members,
          Type: wire.fault,
          Code: wire.schema?.queryCode ?? error.code,
          Message: wire.message,
        },
        RequestId: requestId,
      },
    );
    return { status: wire.status, headers: xmlHeaders(requestId), body };
  }

  return { decode, encode, encodeError };
}

function xmlHeaders(requestId: string): Record<string, string> {
  return { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
}

function writeXml(schema: SchemaRef, xmlNamespace: string | undefined, value: object): string {
  const serializer = new XmlShapeSerializer({
    ...SETTINGS,
    xmlNamespace: xmlNamespace ?? '',
    serviceNamespace: 'understudy.wire',
  });
  serializer.write(schema as never, value);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${String(serializer.flush())}`;
}

/** The form's dotted keys as a tree; `value` is what the key itself was given. */
interface FormNode {
  value: string | undefined;
  readonly children: Map<string, FormNode>;
}

function readForm(operation: OperationSchema, form: URLSearchParams): Record<string, unknown> {
  if (operation.input.isUnitSchema()) return {};
  const root = formTree(form);
  try {
    return readStructure(operation.input, root);
  } catch (cause) {
    throw undecodable(`The form of ${operation.name}`, cause);
  }
}

function formTree(form: URLSearchParams): FormNode {
  const root: FormNode = { value: undefined, children: new Map() };
  for (const [key, value] of form) {
    let node = root;
    for (const part of key.split('.')) {
      let child = node.children.get(part);
      if (!child) node.children.set(part, (child = { value: undefined, children: new Map() }));
      node = child;
    }
    node.value = value;
  }
  return root;
}

function readNode(schema: NormalizedSchema, node: FormNode): unknown {
  if (schema.isListSchema()) return readList(schema, node);
  if (schema.isMapSchema()) return readMap(schema, node);
  if (schema.isStructSchema()) return readStructure(schema, node);
  return new FromStringShapeDeserializer(SETTINGS).read(schema, node.value ?? '');
}

function readStructure(schema: NormalizedSchema, node: FormNode): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const child = node.children.get(wireName(member, name));
    if (child) out[name] = readNode(member, child);
  }
  return out;
}

function readList(schema: NormalizedSchema, node: FormNode): unknown[] {
  const member = schema.getValueSchema();
  const items = isFlat(schema) ? node : node.children.get(wireName(member, 'member'));
  return items ? numbered(items).map((item) => readNode(member, item)) : [];
}

function readMap(schema: NormalizedSchema, node: FormNode): Record<string, unknown> {
  const keyName = wireName(schema.getKeySchema(), 'key');
  const valueName = wireName(schema.getValueSchema(), 'value');
  const entries = isFlat(schema) ? node : node.children.get('entry');
  const out: Record<string, unknown> = {};
  for (const entry of entries ? numbered(entries) : []) {
    const key = entry.children.get(keyName)?.value;
    const value = entry.children.get(valueName);
    if (key !== undefined && value) out[key] = readNode(schema.getValueSchema(), value);
  }
  return out;
}

function numbered(node: FormNode): FormNode[] {
  return [...node.children]
    .filter(([key]) => /^\d+$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}

function isFlat(schema: NormalizedSchema): boolean {
  return schema.getMergedTraits()['xmlFlattened'] !== undefined;
}

function wireName(schema: NormalizedSchema, otherwise: string): string {
  return schema.getMergedTraits().xmlName ?? otherwise;
}
