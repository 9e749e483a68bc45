/** What a template's expressions may look up. Every method throws TemplateError at `path` for a name it does not know. */

export interface Scope {
  /** A parameter, a pseudo parameter or the physical id of a resource. */
  reference(name: string, path: string): unknown;
  attribute(logicalId: string, attribute: string, path: string): unknown;
  condition(name: string, path: string): boolean;
  /** Undefined when the map has no such key. */
  mapping(map: string, top: string, second: string, path: string): unknown;
  importValue(name: string, path: string): unknown;
  zones(region: string): readonly string[];
}
