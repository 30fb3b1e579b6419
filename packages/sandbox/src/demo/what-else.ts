/** What the demo says after the map. */
export const whatElse = `
What else can be tried:
  npm run demo -- --keep      leave the cluster running, with addresses and commands to look around
  npm run demo -- --replay    map a recorded capture instead, which needs no namespaces
  npm test                    run all checks
`;
