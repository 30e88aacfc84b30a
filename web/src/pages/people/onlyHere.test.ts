import { expect, test } from 'vitest';

import { onlyHere } from './onlyHere';

test('the names of the machine itself are known, and no others', () => {
  for (const host of ['localhost:8080', 'studio.localhost', '127.0.0.1:8080', '[::1]:8080']) expect(onlyHere(`http://${host}/join#x`), host).toBe(true);
  for (const host of ['studio.example.com', 'localhost.example.com', '10.0.0.7:8080', '127.example.com', 'pod-8080.proxy.runpod.net']) {
    expect(onlyHere(`https://${host}/join#x`), host).toBe(false);
  }
});
