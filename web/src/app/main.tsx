import '../styles/fonts.css';
import '../styles/tokens.css';
import '../styles/base.css';

import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { cache } from '../api/queries';
import { frameWords } from '../words';
import { router } from './router';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

await frameWords;
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={cache}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
