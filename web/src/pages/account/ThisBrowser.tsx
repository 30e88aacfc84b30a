import { prefer, type Theme, usePreferences } from '../../app/preferences';
import { Check } from '../../parts/Check';
import { Segments } from '../../parts/Segments';
import { t } from '../../words';
import { LANGUAGES, speak, wantedLanguage, type WantedLanguage } from '../../words/language';
import css from './Account.module.css';
import { Card } from './Card';

const THEMES: readonly Theme[] = ['system', 'dark', 'light'];

/** How the studio looks and speaks here. */
export function ThisBrowser() {
  const { theme, spoken } = usePreferences();
  return (
    <Card id="browser" title={t('own.browser')} text={t('own.browser_text')}>
      <div className={css['choices']}>
        <Segments label={t('account.theme')} value={theme} options={THEMES.map((each) => [each, t(`account.theme_${each}`)] as const)} onChoose={(next) => prefer('theme', next)} />
        <Segments<WantedLanguage>
          label={t('own.language')}
          value={wantedLanguage}
          options={[['system', t('own.language_system')], ...(Object.entries(LANGUAGES) as [WantedLanguage, string][])]}
          onChoose={speak}
        />
      </div>
      <div className={css['checks']}>
        <Check checked={spoken} onChange={(event) => prefer('spoken', event.target.checked)} hint={t('own.spoken_hint')}>
          {t('own.spoken')}
        </Check>
      </div>
    </Card>
  );
}
