import { expect, test } from 'vitest';

import { downloadOf, fileOf, thumbnailOf, thumbnailSize } from './addresses';
import { videoLength } from './lengths';

test('a thumbnail is sharp enough and no larger than it has to be', () => {
  expect([120, 256, 290, 300, 588, 600, 5000].map(thumbnailSize)).toEqual([256, 256, 256, 512, 512, 1024, 1024]);
});

test('names in any script, with blanks and signs, stay one field of the address', () => {
  const path = 'portraits/木 & 家 #1?.png';
  expect(new URLSearchParams(thumbnailOf({ path, version: '1-2' }, 256).split('?')[1]).get('path')).toBe(path);
  expect(fileOf({ path: 'a.png', version: 'v' })).toBe('/api/v1/outputs/file?path=a.png&v=v');
  expect(downloadOf('a b.png')).toBe('/api/v1/outputs/file?path=a+b.png&download=1');
});

test('a length is in minutes and seconds, and unknown ones are nothing', () => {
  expect([5, 65, 3760, null, Infinity].map(videoLength)).toEqual(['0:05', '1:05', '1:02:40', '', '']);
});
