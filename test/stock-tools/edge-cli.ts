/** The `aws` command line on what stands in front: names, certificates, balancers, tasks and how they are found. */

import { expect, it } from 'vitest';
import { command, type Aws, type Refused } from './command.ts';
import type { Held } from './held.ts';

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
const PENDING = ['--query', 'ChangeInfo'];

export function edgeByCommandLine(held: () => Held): void {
  const { aws, refused } = command(held);
  records(held, aws, refused);
  certificate(held, aws);
  balancers(held, aws);
  tasks(held, aws, refused);
}

function records(held: () => Held, aws: Aws, refused: Refused): void {
  const host = () => `${new URL(held().output('EdgeUrl')).hostname}.`;
  const zoneId = () => held().output('HostedZoneId');

  it('route53 list-resource-record-sets: the failover pair, with its health check', async () => {
    const { HostedZones } = await aws('route53', 'list-hosted-zones');
    expect(HostedZones.map((zone: any) => zone.Id)).toEqual([`/hostedzone/${zoneId()}`]);
    const list = ['route53', 'list-resource-record-sets', '--hosted-zone-id', zoneId()];
    const { ResourceRecordSets } = await aws(...list);
    const pair = ResourceRecordSets.filter((set: any) => set.Name === host() && set.Type === 'A');
    expect(pair.map((set: any) => set.Failover)).toEqual(['PRIMARY', 'SECONDARY']);
    for (const set of pair) expect(set.AliasTarget.EvaluateTargetHealth).toBe(true);
    const { HealthChecks } = await aws('route53', 'list-health-checks');
    expect(HealthChecks.map((check: any) => check.Id)).toEqual([pair[0].HealthCheckId]);
    expect(HealthChecks[0].HealthCheckConfig.Type).toBe('CLOUDWATCH_METRIC');
    expect(HealthChecks[0].CloudWatchAlarmConfiguration).toMatchObject({ Period: 60 });
  });

  it('route53 change-resource-record-sets: PENDING, in force after a wait, and deleted by its exact value alone', async () => {
    const batch = (Action: string, value: string) => {
      const ResourceRecordSet = {
        Name: `note.${host()}`,
        Type: 'TXT',
        TTL: 60,
        ResourceRecords: [{ Value: `"${value}"` }],
      };
      return ['--change-batch', JSON.stringify({ Changes: [{ Action, ResourceRecordSet }] })];
    };
    const change = ['route53', 'change-resource-record-sets', '--hosted-zone-id', zoneId()];
    const { Id, Status } = await aws(...change, ...batch('CREATE', 'one'), ...PENDING);
    expect(Status).toBe('PENDING');
    await aws('route53', 'wait', 'resource-record-sets-changed', '--id', Id);
    expect(await refused(...change, ...batch('DELETE', 'two'))).toContain('InvalidChangeBatch');
    await aws(...change, ...batch('DELETE', 'one'));
  }, 60_000);

  it('route53: an unknown zone is an error with a name', async () => {
    const unknown = ['route53', 'list-resource-record-sets', '--hosted-zone-id', 'Z123'];
    expect(await refused(...unknown)).toContain('NoSuchHostedZone');
  });
}

function certificate(held: () => Held, aws: Aws): void {
  it('acm describe-certificate: issued for the name, validated by DNS', async () => {
    const { CertificateSummaryList } = await aws('acm', 'list-certificates');
    expect(CertificateSummaryList).toHaveLength(1);
    const arn = CertificateSummaryList[0].CertificateArn;
    const { Certificate } = await aws('acm', 'describe-certificate', '--certificate-arn', arn);
    const host = new URL(held().output('EdgeUrl')).hostname;
    expect(Certificate).toMatchObject({ DomainName: host, Status: 'ISSUED', Type: 'AMAZON_ISSUED' });
    expect(Certificate.DomainValidationOptions[0]).toMatchObject({
      ValidationMethod: 'DNS',
      ValidationStatus: 'SUCCESS',
    });
  });
}

function balancers(held: () => Held, aws: Aws): void {
  it('elbv2 describe-target-health: the web tasks are healthy, one a zone at least, behind each balancer', async () => {
    for (const arn of held().output('TargetGroups').split(',')) {
      const { TargetHealthDescriptions } = await aws(
        'elbv2',
        'describe-target-health',
        '--target-group-arn',
        arn,
      );
      const healthy = TargetHealthDescriptions.filter((one: any) => one.TargetHealth.State === 'healthy');
      const zones = new Set(healthy.map((one: any) => one.Target.AvailabilityZone));
      expect(zones).toEqual(new Set(ZONES));
    }
  });

  it('elbv2 describe-load-balancers: over three zones, with the name that the records lead to', async () => {
    const { LoadBalancers } = await aws('elbv2', 'describe-load-balancers');
    const known = held()
      .output('Balancers')
      .split(',')
      .map((pair) => pair.split('='));
    const found = LoadBalancers.map((one: any) => [one.LoadBalancerArn, one.DNSName]);
    expect(new Set(found.map(String))).toEqual(new Set(known.map(String)));
    for (const { AvailabilityZones } of LoadBalancers) {
      expect(AvailabilityZones.map((zone: any) => zone.ZoneName).toSorted()).toEqual(ZONES);
    }
  });
}

function tasks(held: () => Held, aws: Aws, refused: Refused): void {
  const cluster = () => ['--cluster', held().output('EcsClusterName')];

  it('ecs describe-services: as many tasks as asked for, and its rollout completed', async () => {
    const service = ['--services', held().output('WebServiceName')];
    const { services, failures } = await aws('ecs', 'describe-services', ...cluster(), ...service);
    expect(failures).toEqual([]);
    expect(services).toHaveLength(1);
    expect(services[0].runningCount).toBe(services[0].desiredCount);
    expect(services[0].deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'COMPLETED' }]);
    await aws('ecs', 'wait', 'services-stable', ...cluster(), ...service);
  });

  it('servicediscovery discover-instances: every task of the service, with its zone, address and port', async () => {
    const [application, name] = held().output('ServiceNames').split(',')[0]!.split('=');
    const named = ['--namespace-name', held().output('NamespaceName'), '--service-name', application!];
    const { Instances } = await aws('servicediscovery', 'discover-instances', ...named);
    const { taskArns } = await aws('ecs', 'list-tasks', ...cluster(), '--service-name', name!);
    const ids = taskArns.map((arn: string) => arn.split('/').at(-1));
    expect(Instances.map((one: any) => one.InstanceId).toSorted()).toEqual(ids.toSorted());
    for (const { Attributes } of Instances) {
      expect(ZONES).toContain(Attributes.AVAILABILITY_ZONE);
      expect(Attributes.AWS_INSTANCE_IPV4).toMatch(/^127\./);
      expect(Number(Attributes.AWS_INSTANCE_PORT)).toBeGreaterThan(0);
    }
    const unknown = [...named.slice(0, 2), '--service-name', 'nobody'];
    expect(await refused('servicediscovery', 'discover-instances', ...unknown)).toContain('ServiceNotFound');
  });
}
