import { expect, test } from 'vitest';

import { madeBy } from './made';

test('the files in outputs are their paths, each once; previews are no files of the person', () => {
  const outputs = {
    '9': { images: [{ filename: 'a.png', subfolder: '', type: 'output' }, { filename: 'b.png', subfolder: 'x\\y', type: 'output' }], text: ['hello'] },
    '12': { gifs: [{ filename: 'a.png', subfolder: '', type: 'output' }], images: [{ filename: 'p.png', subfolder: '', type: 'temp' }] },
  };
  expect(madeBy(outputs)).toEqual(['a.png', 'x/y/b.png']);
});

test('what is no outputs has no files', () => {
  for (const odd of [null, 7, [], { '1': null }, { '1': { images: 'x' } }, { '1': { images: [null, { filename: 7, type: 'output' }] } }]) expect(madeBy(odd)).toEqual([]);
});
