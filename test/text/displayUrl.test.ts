/** No password and no token of a URL is shown. */
import { describe, expect, test } from 'vitest';
import { cleanUrls, displayUrl, withoutCredentials } from '../../src/text/displayUrl.js';

describe('a URL', () => {
  test.each([
    ['http://user:s3cret@host/x.jpg', 'http://host/x.jpg'],
    ['http://user:s3@cret@host/x.jpg', 'http://host/x.jpg'],
    ['https://s3cret@host:8443/a/b.png', 'https://host:8443/a/b.png'],
    ['rtsp://user:s3cret@cam.local:554/stream1', 'rtsp://cam.local:554/stream1'],
    ['redis+tls://user:s3@cret@host:6379/2', 'redis+tls://host:6379/2'],
    ['redis://:s3cret@host', 'redis://host'],
    ['https://host/x?X-Amz-Signature=s3cret&width=20', 'https://host/x?X-Amz-Signature=…&width=20'],
    ['https://host/x?s3cret', 'https://host/x?…'],
    ['https://host/x?a=s3cret&a=s3cret#s3cret', 'https://host/x?a=…'],
    ['http://user:s3cret@host:port/x?t=s3cret', 'http://host:port/x?…'],
    ['http://u:s3/cret@host/x', 'http://host/x'],
    ['http://user:s3cret@[::1]:80/x', 'http://[::1]/x'],
    ['http://[bad', 'http://[bad'],
    ['data:image/png;base64,s3cret', 'data: URL'],
  ])('%s', (url, expected) => {
    expect(displayUrl(url)).toBe(expected);
    expect(displayUrl(expected)).toBe(expected); // twice is as good
  });

  test.each([
    'https://host/a%20b/x.jpg',
    'photo@2x.jpg',
    'C:\\a\\b?.jpg',
    'img-09:10:10.jpg',
    'HTTP://Host/x',
    'file:///a/b',
    '',
  ])('without a secret stays as it is: %s', (text) => {
    expect(displayUrl(text)).toBe(text);
  });

  test('of the class URL', () => {
    expect(displayUrl(new URL('https://a:b@host/x?c=long'))).toBe('https://host/x?c=…');
  });
});

describe('URLs in a text', () => {
  test.each([
    ['http://user:s3cret@host/x: Server returned 404 Not Found', 'http://host/x: Server returned 404 Not Found'],
    ["got 'http://user:s3cret@host', expected", "got 'http://host/', expected"],
    ['(redis://u:s3@cret@h:1) and "rtsp://a:s3cret@b/c".', '(redis://h:1) and "rtsp://b/c".'],
    ["pass with a quote: http://u:it's3cret@h/x", 'pass with a quote: http://h/x'],
    ['see https://host/a?key=s3cret, then http://u:s3cret@[::1]', 'see https://host/a?key=…, then http://[::1]'],
    ['nothing here: a/b@c?d=e', 'nothing here: a/b@c?d=e'],
    ['expected redis://host:port', 'expected redis://host:port'],
  ])('%s', (text, expected) => {
    expect(cleanUrls(text)).toBe(expected);
    expect(cleanUrls(expected)).toBe(expected);
  });
});

describe('credentials become a header', () => {
  const decoded = (header = '') => Buffer.from(header.replace('Basic ', ''), 'base64').toString();

  test.each([
    ['http://user:pass@host/x?a=b', 'http://host/x?a=b', 'user:pass'],
    ['http://us%65r:p%40ss@host/', 'http://host/', 'user:p@ss'],
    ['http://user:p@ss@host/', 'http://host/', 'user:p@ss'],
    ['http://token@host/', 'http://host/', 'token:'],
    ['http://ü:é@host/', 'http://host/', 'ü:é'],
    ['http://a:%E0%A4%A@host/', 'http://host/', 'a:%E0%A4%A'],
  ])('%s', (given, url, credentials) => {
    const found = withoutCredentials(given);
    expect(found.url).toBe(url);
    expect(decoded(found.headers.authorization)).toBe(credentials);
  });

  test.each(['http://host/x', '/a/b', 'http://[bad'])('none in %s', (url) => {
    expect(withoutCredentials(url)).toEqual({ url, headers: {} });
  });
});
