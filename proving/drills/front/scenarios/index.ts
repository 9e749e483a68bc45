import type { FrontScenario } from '../types.ts';
import { deployBadVersion, deployNewVersion } from './deployments.ts';
import { edgeNodeScenario, edgePrimaryScenario } from './edge.ts';
import { serviceTaskScenario, webTaskScenario } from './tasks.ts';
import { zoneScenario, zoneWriterScenario } from './zones.ts';

/** Every scenario of the edge, web and service tiers, of zones and of deployments. */
export const FRONT_SCENARIOS: readonly FrontScenario[] = [
  edgeNodeScenario,
  webTaskScenario,
  serviceTaskScenario,
  edgePrimaryScenario,
  zoneScenario,
  zoneWriterScenario,
  deployNewVersion,
  deployBadVersion,
];
