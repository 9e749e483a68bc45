/** Reads the text of a template: JSON, or YAML with CloudFormation's short forms (`!Ref`, `!GetAtt`, ...). */

import {
  type CollectionTag,
  isMap,
  isSeq,
  parseDocument,
  Scalar,
  type ScalarTag,
  YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { TemplateError } from '../../twin/cloudformation/index.ts';

/** Short forms whose long form is not `Fn::<name>`. */
const BARE = new Set(['Ref', 'Condition']);

const SHORT_FORMS = [
  'Ref',
  'Condition',
  'And',
  'Base64',
  'Cidr',
  'Contains',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
];

const TAGS = SHORT_FORMS.flatMap(tagsOf);

/** Throws TemplateError `Template format error` with the place in the text. */
export function parseTemplateText(text: string): unknown {
  if (text.trimStart().startsWith('{')) return parseJson(text);
  const document = parseDocument(text, { customTags: TAGS, prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined)
    throw new TemplateError(`Template format error: YAML not well-formed. ${error.message}`, '');
  const [warning] = document.warnings;
  if (warning !== undefined) throw new TemplateError(`Template format error: ${warning.message}`, '');
  return document.toJS() as unknown;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TemplateError(`Template format error: JSON not well-formed. ${(error as Error).message}`, '');
  }
}

function tagsOf(name: string): (ScalarTag | CollectionTag)[] {
  const tag = `!${name}`;
  const long = BARE.has(name) ? name : `Fn::${name}`;
  return [
    { tag, resolve: (text: string) => new Scalar({ [long]: text }) },
    { tag, collection: 'seq', resolve: (list: YAMLSeq | YAMLMap) => wrapped(long, list) },
    { tag, collection: 'map', resolve: (map: YAMLSeq | YAMLMap) => wrapped(long, map) },
  ];
}

function wrapped(long: string, node: YAMLSeq | YAMLMap): YAMLMap {
  const call = new YAMLMap();
  // The parser tags the node itself; without the tag it is plain data.
  if (isMap(node) || isSeq(node)) delete node.tag;
  call.set(long, node);
  return call;
}
