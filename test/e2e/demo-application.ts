import type { Workload } from './workloads.ts';

export const demoNamespace = 'otterize-ecom-demo';

/** The call graph of the Google microservices demo ("Online Boutique") with its service ports. */
export const demoApplication: readonly Workload[] = [
  { name: 'adservice', servicePort: 9555 },
  // One connection, opened before the sniffers start: the scan of open sockets alone can see it.
  { name: 'cartservice', servicePort: 7070, calls: ['redis-cart:6379'], keepAlive: true },
  {
    name: 'checkoutservice',
    servicePort: 5050,
    calls: [
      'cartservice:7070',
      'currencyservice:7000',
      'emailservice:5000',
      'paymentservice:50051',
      'productcatalogservice:3550',
      'shippingservice:50051',
    ],
  },
  { name: 'currencyservice', servicePort: 7000 },
  { name: 'emailservice', servicePort: 5000 },
  {
    name: 'frontend',
    servicePort: 80,
    calls: [
      'adservice:9555',
      'cartservice:7070',
      'checkoutservice:5050',
      'currencyservice:7000',
      'productcatalogservice:3550',
      'recommendationservice:8080',
      'shippingservice:50051',
    ],
  },
  { name: 'loadgenerator', calls: ['frontend:80'] },
  { name: 'paymentservice', servicePort: 50_051 },
  { name: 'productcatalogservice', servicePort: 3550 },
  { name: 'recommendationservice', servicePort: 8080, calls: ['productcatalogservice:3550'] },
  { name: 'redis-cart', kind: 'StatefulSet', servicePort: 6379 },
  { name: 'shippingservice', servicePort: 50_051 },
];

/** What `network-mapper list --short` prints of it. */
export const demoList = `cartservice in namespace otterize-ecom-demo calls:
  - redis-cart
checkoutservice in namespace otterize-ecom-demo calls:
  - cartservice
  - currencyservice
  - emailservice
  - paymentservice
  - productcatalogservice
  - shippingservice
frontend in namespace otterize-ecom-demo calls:
  - adservice
  - cartservice
  - checkoutservice
  - currencyservice
  - productcatalogservice
  - recommendationservice
  - shippingservice
loadgenerator in namespace otterize-ecom-demo calls:
  - frontend
recommendationservice in namespace otterize-ecom-demo calls:
  - productcatalogservice
`;
