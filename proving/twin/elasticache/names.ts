/** The DNS names AWS gives to a replication group with TLS (cluster mode disabled) and to its nodes. */

export interface NamingScope {
  readonly region: string;
  /** The six characters that stand for an account in a Region. */
  readonly hash: string;
  readonly urlSuffix: string;
}

export interface GroupNames {
  readonly primary: string;
  readonly reader: string;
  /** What the certificate of every node covers. */
  readonly wildcard: string;
  node(nodeId: string): string;
}

export function groupNames(groupId: string, scope: NamingScope): GroupNames {
  const tail = `${groupId}.${scope.hash}.${shortRegion(scope.region)}.cache.${scope.urlSuffix}`;
  return {
    primary: `master.${tail}`,
    reader: `replica.${tail}`,
    wildcard: `*.${tail}`,
    node: (nodeId) => `${nodeId}.${tail}`,
  };
}

/** `demo-cache-0` and 1 make `demo-cache-0-001`. */
export function nodeName(groupId: string, number: number): string {
  return `${groupId}-${String(number).padStart(3, '0')}`;
}

/** `us-east-1` is `use1`, `ap-southeast-2` is `apse2`. */
export function shortRegion(region: string): string {
  const [area = '', direction = '', number = ''] = region.split('-');
  const letters = [...direction.matchAll(/north|south|east|west|central/g)].map(([word]) => word[0]);
  return `${area}${letters.join('')}${number}`;
}
