import { expect, test } from 'vitest';

import type { GrantView } from '../../api/types';
import { asGrant, grantOf, loses } from './grant';

const tool = (may: boolean, by: GrantView['by']): GrantView => ({ id: 'comfy-ui', name: 'ComfyUI', may, by });

test('a say of an admin is told apart from what the tool itself says', () => {
  expect([tool(true, 'everyone'), tool(false, 'admins'), tool(true, 'grant'), tool(false, 'grant')].map(grantOf)).toEqual(['', '', 'yes', 'no']);
  expect((['', 'yes', 'no'] as const).map(asGrant)).toEqual([null, true, false]);
});

test('somebody is shut out by a no, and by taking back the yes to a tool for admins', () => {
  expect(loses(tool(true, 'everyone'), 'no', true)).toBe(true);
  expect(loses(tool(true, 'grant'), '', false)).toBe(true);
  expect(loses(tool(true, 'grant'), '', true)).toBe(false);
  expect(loses(tool(false, 'admins'), 'no', false)).toBe(false);
  expect(loses(tool(false, 'grant'), 'yes', true)).toBe(false);
});
