import { HERE, type Row, each } from './rights.ts';

const GROUP = `arn:aws:elasticloadbalancing:${HERE}:targetgroup/demo/1`;

export const LOAD_BALANCING: readonly Row[] = [
  ...each(
    [
      'DescribeLoadBalancers',
      'DescribeLoadBalancerAttributes',
      'DescribeTags',
      'DescribeTargetGroups',
      'DescribeTargetGroupAttributes',
      'DescribeTargetHealth',
      'DescribeListeners',
      'DescribeRules',
    ],
    { TargetGroupArn: GROUP },
    '*',
  ),
  ...each(
    ['RegisterTargets', 'DeregisterTargets', 'ModifyTargetGroupAttributes'],
    { TargetGroupArn: GROUP },
    GROUP,
  ),
];

const ecs = (resource: string): string => `arn:aws:ecs:${HERE}:${resource}`;
const CLUSTER = ecs('cluster/demo');
const inCluster = { 'ecs:cluster': CLUSTER };

export const ECS: readonly Row[] = [
  ...each(['ListClusters', 'DescribeTaskDefinition'], { taskDefinition: 'shop:1' }, '*'),
  ...each(['DescribeClusters'], { clusters: ['demo'] }, CLUSTER),
  ...each(['ListTagsForResource'], { resourceArn: CLUSTER }, CLUSTER),
  ...each(['RegisterTaskDefinition'], { family: 'shop' }, ecs('task-definition/shop:*')),
  ['ListServices', { cluster: 'demo' }, { action: 'ListServices', on: '*', keys: inCluster }],
  [
    'ListTasks',
    { cluster: CLUSTER },
    { action: 'ListTasks', on: ecs('container-instance/demo/*'), keys: inCluster },
  ],
  [
    'DescribeServices',
    { cluster: 'demo', services: ['shop', ecs('service/demo/web')] },
    { action: 'DescribeServices', on: ecs('service/demo/shop'), keys: inCluster },
    { action: 'DescribeServices', on: ecs('service/demo/web'), keys: inCluster },
  ],
  [
    'UpdateService',
    { cluster: 'demo', service: 'shop', desiredCount: 3 },
    { action: 'UpdateService', on: ecs('service/demo/shop'), keys: inCluster },
  ],
  [
    'DescribeTasks',
    { cluster: 'demo', tasks: ['t1'] },
    { action: 'DescribeTasks', on: ecs('task/demo/t1'), keys: inCluster },
  ],
  [
    'StopTask',
    { cluster: 'demo', task: ecs('task/demo/t1') },
    { action: 'StopTask', on: ecs('task/demo/t1'), keys: inCluster },
  ],
];
