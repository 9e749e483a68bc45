/** How a part enacts a CloudFormation resource type. */

export interface ResourceRequest {
  readonly type: string;
  readonly logicalId: string;
  readonly stackName: string;
  readonly stackId: string;
  /** All intrinsics resolved. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Tags of the stack; a provider merges them with the resource's own. */
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  /** A name as CloudFormation generates it: `<stack>-<logicalId>-<random>`, cut to `max` characters. */
  generateName(max: number): string;
}

export interface ResourceUpdate extends ResourceRequest {
  readonly physicalId: string;
  readonly previous: Readonly<Record<string, unknown>>;
}

export interface ResourceRemoval extends ResourceRequest {
  readonly physicalId: string;
}

export interface Enacted {
  /** What `Ref` returns. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` returns, by attribute name (`Endpoint.Address`). */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ResourceProvider {
  readonly type: string;
  /** Top-level properties whose change needs a replacement, as CloudFormation documents it. */
  readonly replaceOn: readonly string[];
  create(request: ResourceRequest): Promise<Enacted>;
  update(request: ResourceUpdate): Promise<Enacted>;
  delete(request: ResourceRemoval): Promise<void>;
}
