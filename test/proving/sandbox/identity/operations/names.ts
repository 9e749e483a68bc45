import { HERE, type Row, each } from './rights.ts';

const ZONE = 'arn:aws:route53:::hostedzone/Z1';
const CHECK = 'arn:aws:route53:::healthcheck/h1';

const change = (Action: string, Name: string, Type: string): object => ({
  Action,
  ResourceRecordSet: { Name, Type },
});

export const ROUTE53: readonly Row[] = [
  ...each(['ListHostedZones', 'ListHostedZonesByName', 'ListHealthChecks', 'CreateHealthCheck'], {}, '*'),
  ...each(['GetHostedZone'], { Id: 'Z1' }, ZONE),
  ...each(['GetHostedZone'], { Id: '/hostedzone/Z1' }, ZONE),
  ...each(['ListResourceRecordSets'], { HostedZoneId: 'Z1' }, ZONE),
  ...each(['GetChange'], { Id: '/change/C1' }, 'arn:aws:route53:::change/C1'),
  ...each(['GetHealthCheck', 'UpdateHealthCheck', 'DeleteHealthCheck'], { HealthCheckId: 'h1' }, CHECK),
  // Names as the guide normalizes them: small letters, no dot at the end, the octal code of what is no letter.
  [
    'ChangeResourceRecordSets',
    {
      HostedZoneId: '/hostedzone/Z1',
      ChangeBatch: {
        Changes: [
          change('DELETE', 'Shop.Example.com.', 'A'),
          change('CREATE', 'shop.example.com', 'A'),
          change('UPSERT', '*.example.com', 'TXT'),
        ],
      },
    },
    {
      action: 'ChangeResourceRecordSets',
      on: ZONE,
      keys: {
        'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['shop.example.com', '\\052.example.com'],
        'route53:ChangeResourceRecordSetsRecordTypes': ['A', 'TXT'],
        'route53:ChangeResourceRecordSetsActions': ['CREATE', 'DELETE', 'UPSERT'],
      },
    },
  ],
];

const discovery = (resource: string): string => `arn:aws:servicediscovery:${HERE}:${resource}`;
const SERVICE = discovery('service/srv-1');
const NAMED = { NamespaceName: 'demo', ServiceName: 'shop' };
const NAMED_KEYS = {
  'servicediscovery:NamespaceName': 'demo',
  'servicediscovery:ServiceName': 'shop',
};

export const CLOUD_MAP: readonly Row[] = [
  // The namespace and the service both; of the names, none is there.
  ...['DiscoverInstances', 'DiscoverInstancesRevision'].map((operation): Row => [
    operation,
    NAMED,
    { action: operation, on: discovery('namespace/*'), keys: NAMED_KEYS },
    { action: operation, on: discovery('service/*'), keys: NAMED_KEYS },
  ]),
  ...[
    'RegisterInstance',
    'DeregisterInstance',
    'UpdateInstanceCustomHealthStatus',
    'ListInstances',
    'GetInstance',
  ].flatMap((operation): Row[] =>
    ['srv-1', SERVICE].map((ServiceId) => [
      operation,
      { ServiceId, InstanceId: 'i' },
      { action: operation, on: SERVICE, keys: { 'servicediscovery:ServiceArn': SERVICE } },
    ]),
  ),
  ...each(['GetOperation'], { OperationId: 'o' }, discovery('namespace/*')),
  ...each(['ListNamespaces', 'ListServices'], {}, '*'),
];

const CERTIFICATE = `arn:aws:acm:${HERE}:certificate/c`;

export const ACM: readonly Row[] = [
  ...each(['ListCertificates'], {}, '*'),
  ...each(['DescribeCertificate', 'GetCertificate'], { CertificateArn: CERTIFICATE }, CERTIFICATE),
];

const BALANCER = `arn:aws:elasticloadbalancing:${HERE}:loadbalancer/app/demo/1`;
const onBalancer = { on: BALANCER, keys: { 'arc-zonal-shift:ResourceIdentifier': BALANCER } };

export const ZONAL_SHIFT: readonly Row[] = [
  ...each(['ListZonalShifts'], {}, '*'),
  ...['StartZonalShift', 'GetManagedResource'].map((operation): Row => [
    operation,
    { resourceIdentifier: BALANCER, awayFrom: 'use1-az1', expiresIn: '1h', comment: '' },
    { action: operation, ...onBalancer },
  ]),
  // Of which balancer a shift is, only the service knows; this one is of none.
  ...each(['CancelZonalShift'], { zonalShiftId: 'none' }, '*'),
];
