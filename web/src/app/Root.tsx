import { Outlet } from '@tanstack/react-router';

import { Toasts } from '../parts/Toasts';

/** What every page has. */
export function Root() {
  return (
    <>
      <Outlet />
      <Toasts />
    </>
  );
}
