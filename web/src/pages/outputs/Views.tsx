import { Link } from '@tanstack/react-router';

import { t } from '../../words';
import css from './Views.module.css';

/** What a person made, what they asked for, and what they threw away. */
export function Views() {
  return (
    <nav className={css['views']} aria-label={t('outputs.views')}>
      <Link to="/outputs" activeOptions={{ exact: true, includeSearch: false }}>{t('outputs.view_files')}</Link>
      <Link to="/prompts">{t('outputs.view_prompts')}</Link>
      <Link to="/outputs/trash">{t('outputs.view_trash')}</Link>
    </nav>
  );
}
