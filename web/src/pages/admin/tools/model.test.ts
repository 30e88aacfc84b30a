import { expect, test } from 'vitest';

import { type AdminTool, asBody, commandLine, commandPieces, type InstanceView, shownState } from './model';

test('a command is shown as one would type it, an option beside its value', () => {
  const argv = ['/opt/venv/bin/python', 'main.py', '--port', '{port}', '--cpu', '--note', "it's here", '-v', ''];
  expect(commandPieces(argv)).toEqual(['/opt/venv/bin/python', 'main.py', '--port {port}', '--cpu', `--note 'it'\\''s here'`, `-v ''`]);
  expect(commandLine(argv)).toBe(`/opt/venv/bin/python main.py --port {port} --cpu --note 'it'\\''s here' -v ''`);
});

test('a shared tool is asked for without a name, one of an artist with it', () => {
  expect(asBody({ instances: 'one' } as AdminTool, 'Ana')).toEqual({});
  expect(asBody({ instances: 'per-artist' } as AdminTool, 'Ana')).toEqual({ as: 'Ana' });
  expect(asBody({ instances: 'per-artist' } as AdminTool, null)).toEqual({});
});

test('a tool of which artists have their own stands as the one that needs most attention', () => {
  const tool = { instances: 'per-artist', state: 'stopped' } as AdminTool;
  const one = (state: InstanceView['state']) => ({ state }) as InstanceView;
  expect(shownState(tool, [])).toBe('stopped');
  expect(shownState(tool, [one('ready'), one('starting')])).toBe('starting');
  expect(shownState({ ...tool, instances: 'one' }, [one('ready')])).toBe('stopped');
});
