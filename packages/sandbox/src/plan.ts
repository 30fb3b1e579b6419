/** What a sandbox is asked to run: workloads, and who calls whom. Pure data; addresses are given in `layout.ts`. */
export interface Plan {
  readonly namespace: string;
  readonly workloads: readonly Workload[];
}

/** One pod with a Service in front of it. */
export interface Workload {
  /** Of the Service and the node of the map. */
  readonly name: string;
  /** The port of the Service; the pod listens elsewhere. */
  readonly port: number;
  /** How the pod comes by its name: from the top of its owners, or by an annotation that overrides them. */
  readonly namedBy: 'Deployment' | 'StatefulSet' | 'CronJob' | 'annotation';
  readonly calls: readonly Call[];
}

export interface Call {
  readonly to: string;
  /**
   * What the caller knows of the called: its name, its name and namespace, its Service's address, or its pod's address.
   */
  readonly by: 'name' | 'name.namespace' | 'cluster-ip' | 'pod-ip';
  /** `once`: a lookup and a connection for each call. `kept`: one connection, opened when the pod starts, for all. */
  readonly connection: 'once' | 'kept';
}

type HowCalled = Partial<Omit<Call, 'to'>>;

function calls(targets: Readonly<Record<string, HowCalled>>): readonly Call[] {
  return Object.entries(targets).map(([to, how]) => ({ to, by: 'name', connection: 'once', ...how }));
}

/**
 * The call graph of the Google microservices demo ("Online Boutique",
 * https://github.com/GoogleCloudPlatform/microservices-demo) with its service ports. The ways in which one service
 * reaches another are mixed, so that each kind of evidence is needed for some edge: whoever opens its connections
 * before the sniffer starts and keeps them is visible to the socket scan alone.
 */
export const microservicesDemo: Plan = {
  namespace: 'otterize-ecom-demo',
  workloads: [
    { name: 'adservice', port: 9555, namedBy: 'Deployment', calls: [] },
    { name: 'cartservice', port: 7070, namedBy: 'Deployment', calls: calls({ 'redis-cart': { connection: 'kept' } }) },
    {
      name: 'checkoutservice',
      port: 5050,
      namedBy: 'Deployment',
      calls: calls({
        cartservice: { by: 'name.namespace' },
        currencyservice: { by: 'name.namespace' },
        emailservice: { by: 'pod-ip' },
        paymentservice: {},
        productcatalogservice: { connection: 'kept' },
        shippingservice: { by: 'cluster-ip' },
      }),
    },
    { name: 'currencyservice', port: 7000, namedBy: 'Deployment', calls: [] },
    { name: 'emailservice', port: 5000, namedBy: 'Deployment', calls: [] },
    {
      name: 'frontend',
      port: 80,
      namedBy: 'Deployment',
      calls: calls({
        adservice: {},
        cartservice: {},
        checkoutservice: {},
        currencyservice: { connection: 'kept' },
        productcatalogservice: { by: 'cluster-ip' },
        recommendationservice: {},
        shippingservice: { by: 'pod-ip' },
      }),
    },
    { name: 'loadgenerator', port: 8089, namedBy: 'CronJob', calls: calls({ frontend: {} }) },
    { name: 'paymentservice', port: 50051, namedBy: 'Deployment', calls: [] },
    { name: 'productcatalogservice', port: 3550, namedBy: 'Deployment', calls: [] },
    { name: 'recommendationservice', port: 8080, namedBy: 'annotation', calls: calls({ productcatalogservice: {} }) },
    { name: 'redis-cart', port: 6379, namedBy: 'StatefulSet', calls: [] },
    { name: 'shippingservice', port: 50051, namedBy: 'Deployment', calls: [] },
  ],
};
