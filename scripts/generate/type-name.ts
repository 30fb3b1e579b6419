/** What the generator of types makes of a name in the schema: `TCPDest` becomes `TcpDest`. */
export function typeName(name: string): string {
  return name.replace(
    /([A-Z])([A-Z]+)(?=[A-Z][a-z]|$)/g,
    (...[, first = '', rest = '']: readonly string[]) => first + rest.toLowerCase(),
  );
}
