import { expect, test } from 'vitest';
import { bypassesProxy, readProxyVariables } from './proxy-variables.ts';

test('variables of proxies are read as other programs do, lower case first', () => {
  expect(readProxyVariables({ https_proxy: 'http://a', HTTPS_PROXY: 'http://b', NO_PROXY: '', HOME: '/' })).toEqual({
    HTTPS_PROXY: 'http://a',
  });
});

test.each([
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.1.2.3', '10.0.0.0/8,.example.com', false],
  ['[fd00::1]', 'fd00::/8', true],
  ['cloud.example.com', '10.0.0.0/8 .example.com', false],
  ['10.1.2.3', '10.0.0.0/99', false],
])('%s with NO_PROXY=%s goes past the proxy: %s', (hostname, NO_PROXY, past) => {
  expect(bypassesProxy({ hostname }, { NO_PROXY })).toBe(past);
});
