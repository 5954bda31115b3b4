import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import * as z from 'zod';
import './tokens.css';
import { App } from './App';
import { followMain } from './state/mirror';
import { forgetWhenLocked } from './state/ui';

// zod would otherwise compile its schemas with `new Function`, which the content security policy refuses.
z.config({ jitless: true });

forgetWhenLocked();
followMain();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
