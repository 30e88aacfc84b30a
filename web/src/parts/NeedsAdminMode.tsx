import '../words/adminNeeded';

import { useQuery } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';

import { askAdminMode } from '../app/adminMode';
import { AdminsOnly } from '../app/AdminsOnly';
import { session } from '../api/queries';
import { t } from '../words';
import { Button } from './Button';
import css from './NeedsAdminMode.module.css';
import { PageHead } from './Surface';
import { useTitle } from './useTitle';

/** A page for admins in admin mode: artists read that it is not theirs, admins get the switch. `title` is the page's own. */
export function NeedsAdminMode({ title, children }: { title: string; children: ReactNode }) {
  const { data: me } = useQuery(session);
  return <AdminsOnly>{me?.scope === 'admin' ? children : <Switch title={title} password={me?.has_password ?? true} />}</AdminsOnly>;
}

function Switch({ title, password }: { title: string; password: boolean }) {
  useTitle(title);
  return (
    <>
      <PageHead title={title} />
      <section className={`card ${css['card']}`}>
        <span className={css['sign']} aria-hidden="true">
          <ShieldCheck />
        </span>
        <div className={css['words']}>
          <h2>{t('admin_needed.title')}</h2>
          <p className="dim">{t(password ? 'admin_needed.text' : 'admin_needed.text_open')}</p>
          <Button look="primary" online onClick={() => void askAdminMode()}>
            {t('admin_needed.act')}
          </Button>
        </div>
      </section>
    </>
  );
}
