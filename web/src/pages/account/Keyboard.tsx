import '../../words/keys';

import { prefer, usePreferences } from '../../app/preferences';
import { Check } from '../../parts/Check';
import { KeyMap } from '../../parts/KeyMap';
import { t } from '../../words';
import css from './Account.module.css';
import { Card } from './Card';

/** Whether single keys act, and which one does what. */
export function Keyboard() {
  const { keys } = usePreferences();
  return (
    <Card id="keyboard" title={t('keys.title')} text={t('own.keyboard_text')}>
      <div className={css['checks']}>
        <Check checked={keys} onChange={(event) => prefer('keys', event.target.checked)} hint={t('own.keys_hint')}>
          {t('own.keys')}
        </Check>
      </div>
      <div className={css['map']}>
        <KeyMap />
      </div>
    </Card>
  );
}
